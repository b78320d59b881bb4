package org.schedbook.libbpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.schedbook.bpf.queued_task;
import org.schedbook.posix.Posix;

class BpfObjectTest {

    private static byte[] elf(String name) throws IOException {
        try (InputStream in = queued_task.class.getResourceAsStream(name)) {
            return in.readAllBytes();
        }
    }

    @Test
    void rejectionCarriesTheVerifiersLog() throws IOException {
        try (BpfObject object = BpfObject.open(elf("rejected.bpf.o"), "rejected")) {
            BpfException e = assertThrows(BpfException.class, object::load);
            assumeTrue(e.errno() != Posix.EPERM, "bpf() is not permitted here: " + e.getMessage());
            assertTrue(e.log().contains("invalid access to map value"), e.log());
            assertTrue(e.log().contains("read_beyond"), e.log());
            assertTrue(e.getMessage().endsWith("return value ? value[1] : 0;"), e.getMessage());
        }
    }

    @Test
    void theLineThatTheVerifierStoppedAtIsItsLast() {
        String log =
                """
                libbpf: prog 'schedbook_exit': BPF program load failed: Permission denied
                libbpf: prog 'schedbook_exit': -- BEGIN PROG LOAD LOG --
                ; u64 kind = info->kind; @ schedbook.bpf.c:700
                0: (79) r1 = *(u64 *)(r1 +0)
                ; return value[1]; @ schedbook.bpf.c:701
                1: (79) r0 = *(u64 *)(r0 +8)
                invalid access to map value, value_size=8 off=8 size=8
                -- END PROG LOAD LOG --
                """;
        assertEquals("at schedbook.bpf.c:701: return value[1];", VerifierLog.failingLine(log));
        assertEquals("", VerifierLog.failingLine("libbpf: elf: not a BPF object\n"));
    }

    @Test
    void errnoOfANullPointerIsLibbpfsOwn() {
        // LIBBPF_ERRNO__FORMAT; without care it is what the JVM's own calls left in errno.
        BpfException e =
                assertThrows(BpfException.class, () -> BpfObject.open(new byte[64], "zeroes"));
        assertEquals(4001, e.errno());
        assertEquals(
                "Could not open zeroes: BPF object format invalid (errno 4001)", e.getMessage());
    }

    @Test
    void unknownMapIsNamed() throws IOException {
        try (BpfObject object = BpfObject.open(elf("rejected.bpf.o"), "rejected")) {
            BpfException e = assertThrows(BpfException.class, () -> object.mapFd("nothing"));
            assertEquals(Posix.ENOENT, e.errno());
            assertTrue(e.getMessage().contains("nothing"), e.getMessage());
        }
    }
}
