package org.schedbook.jupyter;

/**
 * A line or cell magic, written as a picocli command: {@code @Command(description = …)} on the
 * class, {@code @Option} and {@code @Parameters} on its fields, with {@code completionCandidates}
 * for what Tab is to offer. Every call gets a new instance, so fields hold the arguments of one
 * call and nothing else.
 */
public interface Magic {

    /**
     * Does the work.
     *
     * @return what the cell shows and {@code var x = %name} receives, or null
     * @throws CellError for a failure the person at the cell can act on
     * @throws Exception for any other failure, shown as one sentence with the details folded
     */
    Object run(MagicCall call) throws Exception;

    /**
     * Returns whether the line ends in a command line for somebody else, whose options are not this
     * magic's: after the first word that is no option, everything belongs to it. {@link
     * MagicCall#asTyped} returns it.
     */
    default boolean takesCommandLine() {
        return false;
    }

    /**
     * Returns whether the value of an option is a command for a shell, in which braces are often
     * meant as they stand.
     *
     * @param option a name of the option
     */
    default boolean takesCommand(String option) {
        return false;
    }

    /**
     * Returns what Tab offers at a place in the body of this cell magic, or null for nothing.
     *
     * @param at the place, from 0
     */
    default Magics.Completion completeBody(String body, int at) {
        return null;
    }

    /** Returns what Shift-Tab shows of a place in the body, or null for nothing. */
    default String explainBody(String body, int at) {
        return null;
    }
}
