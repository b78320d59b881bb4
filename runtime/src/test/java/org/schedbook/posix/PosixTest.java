package org.schedbook.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PosixTest {

    private final Posix posix = Posix.get();

    @Test
    void everyThreadHasItsOwnTid() throws Exception {
        int tid = posix.gettid();
        int[] other = new int[1];
        Thread.ofPlatform().start(() -> other[0] = posix.gettid()).join();
        assertNotEquals(tid, other[0]);
        assertEquals(true, Files.exists(Path.of("/proc/self/task/" + tid)));
    }

    @Test
    void pageSizeIsAPowerOfTwo() {
        assertEquals(1, Integer.bitCount(posix.getpagesize()));
    }

    @Test
    void failureIsNullAndLeavesErrno() {
        MemorySegment mapping = posix.mmap(4096, Posix.PROT_READ, Posix.MAP_SHARED, -1, 0);
        assertNull(mapping);
        assertEquals("Bad file descriptor", posix.strerror(posix.errno()));
    }

    @Test
    void killTellsWhetherAThreadExists() {
        assertEquals(0, posix.kill(posix.gettid(), 0));
        assertEquals(-1, posix.kill(Integer.MAX_VALUE, 0));
        assertEquals(Posix.ESRCH, posix.errno());
    }

    @Test
    void yieldSucceeds() {
        assertEquals(0, posix.sched_yield());
    }
}
