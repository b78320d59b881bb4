package org.schedbook.policy;

/**
 * Why a policy is no longer attached, from the kernel's {@code struct scx_exit_info}.
 *
 * @param kind the number of {@code enum scx_exit_kind}: 64 to 67 asked for, 1024 and up an error
 * @param code what the side that ended it gave as reason, 0 if nothing
 * @param reason the kernel's words for the kind
 * @param message details, empty if there are none
 * @param dump the kernel's debug dump, empty unless the exit was an error
 */
public record ExitInfo(int kind, long code, String reason, String message, String dump) {

    private static final int ERROR = 1024;

    /**
     * Returns whether the kernel threw the policy out, as opposed to a detach that was asked for.
     */
    public boolean isError() {
        return kind >= ERROR;
    }
}
