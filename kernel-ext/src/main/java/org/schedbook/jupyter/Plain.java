package org.schedbook.jupyter;

import java.lang.Character.UnicodeScript;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;

/**
 * Text that came from elsewhere, as it may be shown: characters that a terminal would obey, that
 * turn the direction of what follows, or that hide in the text are written out, as in <code>
 * &#92;u{1b}</code>. Tabs and line feeds stay.
 */
public final class Plain {

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;
    private static final int BLACK_FLAG = 0x1f3f4;

    private static final MIMEType CHART = MIMEType.parse("application/vnd.vega.v5+json");

    /**
     * Makes the text and the chart of a bundle plain, and the text no longer than what a cell may
     * write.
     */
    static DisplayData of(DisplayData data) {
        if (data != null && data.getData(MIMEType.TEXT_PLAIN) instanceof String text) {
            data.putText(of(CellOutput.bounded(text, CellOutput.LIMIT)));
        }
        if (data != null && data.hasDataForType(CHART)) {
            data.putData(CHART, inAll(data.getData(CHART)));
        }
        return data;
    }

    /** A chart is an object of JSON; names of tasks, say, are among its values. */
    private static Object inAll(Object value) {
        return switch (value) {
            case String text -> of(text);
            case List<?> list -> list.stream().map(Plain::inAll).toList();
            case Map<?, ?> map -> {
                var all = new LinkedHashMap<Object, Object>();
                map.forEach((key, each) -> all.put(key, inAll(each)));
                yield all;
            }
            case null, default -> value;
        };
    }

    /** Returns the text with what would not be seen made visible. */
    public static String of(String text) {
        if (text == null || text.codePoints().allMatch(Plain::isSeen)) {
            return text;
        }
        var out = new StringBuilder(text.length() + 16);
        int[] points = text.codePoints().toArray();
        boolean flag = false;
        for (int i = 0; i < points.length; i++) {
            int c = points[i];
            if (c == '\r' && i + 1 < points.length && points[i + 1] == '\n') {
                continue; // the end of a line of another system's
            }
            flag = c == BLACK_FLAG || flag && isTag(c);
            if (isSeen(c) || flag || joins(points, i)) {
                out.appendCodePoint(c);
            } else {
                out.append("\\u{").append(Integer.toHexString(c)).append('}');
            }
        }
        return out.toString();
    }

    private static boolean isSeen(int c) {
        return c >= ' ' && c < 0x7f
                || c == '\t'
                || c == '\n'
                || switch (Character.getType(c)) {
                    case Character.CONTROL,
                            Character.FORMAT,
                            Character.SURROGATE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            false;
                    default -> !isVariation(c) && !isFiller(c);
                };
    }

    /** Characters that a few scripts and pictures are written with, where they are. */
    private static boolean joins(int[] points, int i) {
        int before = i == 0 ? ' ' : points[i - 1];
        return switch (points[i]) {
            // In Persian, in Indic scripts, between the parts of an emoji.
            case ZERO_WIDTH_NON_JOINER, ZERO_WIDTH_JOINER -> !isPlainScript(before);
            // A picture's looks, such as of a heart; or those of a Chinese character.
            default -> isVariation(points[i]) && !isPlainScript(before) && !isVariation(before);
        };
    }

    private static boolean isVariation(int c) {
        return c >= 0xfe00 && c <= 0xfe0f || c >= 0xe0100 && c <= 0xe01ef;
    }

    /** Letters of Hangul that stand for none, and so are part of names that nobody can read. */
    private static boolean isFiller(int c) {
        return c == 0x115f || c == 0x1160 || c == 0x3164 || c == 0xffa0;
    }

    private static boolean isTag(int c) {
        return c >= 0xe0020 && c <= 0xe007f;
    }

    /** Whether a character is of the scripts and signs that programs are written in. */
    private static boolean isPlainScript(int c) {
        return c < 0x80
                || !isSeen(c)
                || switch (UnicodeScript.of(c)) {
                    case LATIN, GREEK, CYRILLIC -> true;
                    default -> false;
                };
    }

    private Plain() {}
}
