package org.schedbook.target.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.schedbook.target.Availability;

/** What is in the way of a policy is named, the first thing to change first. */
class PreflightTest {

    @TempDir private Path root;

    /** A machine with nothing in the way. */
    @BeforeEach
    void machine() throws Exception {
        write("sys/kernel/sched_ext/state", "disabled\n");
        write("sys/kernel/btf/vmlinux", "");
        write("proc/sys/net/core/bpf_jit_enable", "1\n");
    }

    @Test
    void nothingInTheWayIsUsable() {
        Availability host = check("7.3.4", true, "v1.5");
        assertTrue(host.usable(), host.what());
        assertEquals("Linux 7.3.4", host.what());
    }

    @Test
    void aKernelWithoutSchedExtIsTooOldOrBuiltWithoutIt() throws Exception {
        Files.delete(root.resolve("sys/kernel/sched_ext/state"));
        assertMissing(check("6.1.0-44-amd64", true, "v1.5"), "6.1.0-44-amd64 is too old", "6.12");
        assertMissing(
                check("6.12.1", true, "v1.5"), "built without sched_ext", "CONFIG_SCHED_CLASS_EXT");
    }

    @Test
    void whoMayNotAttachIsToldSo() {
        assertMissing(check("7.3.4", false, "v1.5"), "not root", "as root");
    }

    @Test
    void anotherSchedulerIsNamed() throws Exception {
        write("sys/kernel/sched_ext/state", "enabled\n");
        write("sys/kernel/sched_ext/root/ops", "lavd_1.0\n");
        assertMissing(check("7.3.4", true, "v1.5"), "lavd_1.0 is enabled", "Stop the program");
    }

    @Test
    void theCompilerThatIsOffIsNamedWithTheLineThatTurnsItOn() throws Exception {
        write("proc/sys/net/core/bpf_jit_enable", "0\n");
        assertMissing(check("7.3.4", true, "v1.5"), "compiler is off", "bpf_jit_enable=1");
    }

    @Test
    void missingTypeInformationIsNamed() throws Exception {
        Files.delete(root.resolve("sys/kernel/btf/vmlinux"));
        assertMissing(check("7.3.4", true, "v1.5"), "no type information", "DEBUG_INFO_BTF");
    }

    @Test
    void libbpfIsMissingOrTooOld() {
        assertMissing(
                check("7.3.4", true, null), "libbpf is not installed", "restart the notebook");
        assertMissing(check("7.3.4", true, "v1.1"), "libbpf v1.1 is too old", "1.5");
        assertTrue(check("7.3.4", true, "v2.0").usable());
    }

    private Availability check(String release, boolean isRoot, String libbpf) {
        return new Preflight(
                        root,
                        release,
                        isRoot,
                        () -> {
                            if (libbpf == null) {
                                throw new UnsatisfiedLinkError("libbpf.so.1");
                            }
                            return libbpf;
                        })
                .check();
    }

    private static void assertMissing(Availability host, String what, String nextStep) {
        assertFalse(host.usable());
        assertTrue(host.what().contains(what), host.what());
        assertTrue(host.nextStep().contains(nextStep), host.nextStep());
    }

    private void write(String file, String text) throws Exception {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }
}
