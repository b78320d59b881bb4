package org.schedbook.jupyter;

import java.time.Duration;
import java.util.Optional;

/**
 * Ends this process when the one that started it has gone. Jupyter stops a kernel by a message;
 * when Jupyter itself is killed there is nobody to send it, and without this the kernel, and all it
 * has attached, would stay behind.
 */
final class ParentWatch {

    private static final Duration PERIOD = Duration.ofMillis(500);

    /** What shutdown hooks may take before the process ends without them. */
    private static final Duration HOOKS = Duration.ofSeconds(5);

    private ParentWatch() {}

    /** Watches the process that Jupyter names in {@code JPY_PARENT_PID}, if it names one. */
    static void start() {
        String pid = System.getenv("JPY_PARENT_PID");
        if (pid == null || !pid.matches("[1-9]\\d{0,9}")) {
            return;
        }
        Optional<ProcessHandle> parent = ProcessHandle.of(Long.parseLong(pid));
        // A killed parent that nobody reaps still looks alive, but its children have been given
        // away.
        boolean child = parent.isPresent() && parent.equals(ProcessHandle.current().parent());
        daemon(
                "parent-watch",
                () -> {
                    while (parent.isPresent()
                            && parent.get().isAlive()
                            && (!child || parent.equals(ProcessHandle.current().parent()))) {
                        Thread.sleep(PERIOD);
                    }
                    exit();
                });
    }

    /** Ends this process after a while, whatever it is doing then. */
    static void exitWithin(Duration delay) {
        daemon(
                "exit",
                () -> {
                    Thread.sleep(delay);
                    exit();
                });
    }

    private static void exit() {
        daemon(
                "halt",
                () -> {
                    Thread.sleep(HOOKS);
                    Runtime.getRuntime().halt(1);
                });
        System.exit(0);
    }

    private interface Task {
        void run() throws InterruptedException;
    }

    private static void daemon(String name, Task task) {
        Thread.ofPlatform()
                .daemon()
                .name(name)
                .start(
                        () -> {
                            try {
                                task.run();
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            }
                        });
    }
}
