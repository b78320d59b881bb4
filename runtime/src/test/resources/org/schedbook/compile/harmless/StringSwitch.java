// A switch on strings, text blocks, concatenation, StringBuilder, format.
public class StringSwitch extends Policy {
    private String mode = "fair";
    private final StringBuilder log = new StringBuilder();

    public void enqueue(Task task, long enqFlags) {
        long slice =
                switch (mode) {
                    case "fair", "even" -> SLICE_DFL_NS;
                    case "quick" -> SLICE_DFL_NS / 4;
                    default -> 1_000_000;
                };
        if (log.length() > 1000) {
            log.setLength(0);
        }
        log.append(task.pid()).append(' ').append(mode.toUpperCase().charAt(0));
        String text =
                """
                task %d
                slice %,d
                """
                        .formatted(task.pid(), slice);
        mode = text.isBlank() || text.contains("x") ? "quick" : "fair" + "";
        String said = "cpu " + task.cpu() + " of " + topology().nrCpus() + ", " + 0.5f + mode;
        insert(task, Dsq.GLOBAL, slice + said.length(), enqFlags);
    }
}
