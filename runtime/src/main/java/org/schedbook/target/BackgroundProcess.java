package org.schedbook.target;

/**
 * A process that goes on although the command that started it has ended.
 *
 * @param pid its number on the target
 * @param command what it is, with its arguments, cut where it is long
 */
public record BackgroundProcess(long pid, String command) {

    @Override
    public String toString() {
        return "%s (%d)".formatted(command, pid);
    }
}
