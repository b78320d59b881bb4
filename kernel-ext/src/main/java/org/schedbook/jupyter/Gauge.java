package org.schedbook.jupyter;

/** A share as a bar, in HTML and in text. */
public final class Gauge {

    private static final int WIDTH = 20;

    /**
     * @param share from 0 to 1
     */
    public static String text(String label, double share) {
        int filled = (int) Math.round(WIDTH * share);
        return "%s |%s%s| %3.0f %%"
                .formatted(label, "█".repeat(filled), " ".repeat(WIDTH - filled), 100 * share);
    }

    /**
     * @param share from 0 to 1
     */
    public static String html(String label, double share) {
        return ("<div style=\"margin:.1em 0;\"><code>%s</code> %s <code>%.0f %%</code></div>")
                .formatted(Html.escape(label), bar(share), 100 * share);
    }

    /** Returns the bar alone; what it says has to stand beside it. */
    static String bar(double share) {
        return "<span aria-hidden=\"true\" style=\"display:inline-block;width:14em;height:.8em;"
                + "border:1px solid rgba(128,128,128,.5);\"><span style=\"display:block;height:100%;"
                + "background:#4c8bf5;width:"
                + Math.round(100 * share)
                + "%;\"></span></span>";
    }

    private Gauge() {}
}
