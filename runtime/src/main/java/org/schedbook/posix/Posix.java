package org.schedbook.posix;

import java.lang.foreign.MemorySegment;

/**
 * The C library. Arguments, results and errors are those of the C functions: most return -1 on
 * failure, and then {@link #errno} says why.
 */
public interface Posix {

    int EPERM = 1;
    int ENOENT = 2;
    int ESRCH = 3;

    int PROT_READ = 1;
    int PROT_WRITE = 2;
    int MAP_SHARED = 1;

    /** include/uapi/linux/sched.h; the C library does not know it yet. */
    int SCHED_EXT = 7;

    int MCL_CURRENT = 1;
    int MCL_FUTURE = 2;

    /** Returns the C library of this process. */
    static Posix get() {
        return LinuxPosix.INSTANCE;
    }

    /**
     * Returns the kernel's number of the calling thread.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/gettid.2.html">gettid(2)</a>
     */
    int gettid();

    /**
     * Gives up the CPU. Fast enough for a loop: errno is not kept.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/sched_yield.2.html">sched_yield(2)</a>
     */
    int sched_yield();

    /**
     * Gives a thread another scheduling policy, one without priorities.
     *
     * @param pid the kernel's number of the thread, 0 for the calling one
     * @see <a
     *     href="https://man7.org/linux/man-pages/man2/sched_setscheduler.2.html">sched_setscheduler(2)</a>
     */
    int sched_setscheduler(int pid, int policy);

    /**
     * Sends a signal, or with 0 only asks whether the thread or process exists.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>
     */
    int kill(int pid, int signal);

    /**
     * Locks memory into RAM.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/mlock.2.html">mlockall(2)</a>
     */
    int mlockall(int flags);

    /**
     * Maps a file, at an address the kernel chooses.
     *
     * @return a segment of the given length, or null if the call failed
     * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">mmap(2)</a>
     */
    MemorySegment mmap(long length, int prot, int flags, int fd, long offset);

    /**
     * Unmaps a whole mapping made by {@link #mmap}.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/mmap.2.html">munmap(2)</a>
     */
    int munmap(MemorySegment mapping);

    /**
     * Returns the size of a memory page in bytes.
     *
     * @see <a href="https://man7.org/linux/man-pages/man2/getpagesize.2.html">getpagesize(2)</a>
     */
    int getpagesize();

    /**
     * Formats into a buffer.
     *
     * @param args a C {@code va_list}
     * @see <a href="https://man7.org/linux/man-pages/man3/vsnprintf.3.html">vsnprintf(3)</a>
     */
    int vsnprintf(MemorySegment buffer, MemorySegment format, MemorySegment args);

    /**
     * Sets the machine's clock of the time of day ({@code CLOCK_REALTIME}).
     *
     * @param millis since the epoch
     * @see <a
     *     href="https://man7.org/linux/man-pages/man3/clock_gettime.3.html">clock_settime(3)</a>
     */
    int clock_settime(long millis);

    /**
     * Makes a FIFO that only this user may open.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/mkfifo.3.html">mkfifo(3)</a>
     */
    int mkfifo(String path);

    /** Returns the error of this thread's last call that failed. */
    int errno();

    /**
     * Returns the words for an error number.
     *
     * @see <a href="https://man7.org/linux/man-pages/man3/strerror.3.html">strerror(3)</a>
     */
    String strerror(int errno);
}
