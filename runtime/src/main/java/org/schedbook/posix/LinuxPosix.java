package org.schedbook.posix;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** {@link Posix} by way of the foreign function interface. */
@SuppressWarnings("restricted")
final class LinuxPosix implements Posix {

    static final LinuxPosix INSTANCE = new LinuxPosix();

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CAPTURED = Linker.Option.captureStateLayout();
    private static final VarHandle errno$vh =
            CAPTURED.varHandle(StructLayout.PathElement.groupElement("errno"));
    private static final ThreadLocal<MemorySegment> captured =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CAPTURED));

    private static final MethodHandle gettid$mh = link("gettid", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle sched_yield$mh =
            link("sched_yield", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle getpagesize$mh =
            link("getpagesize", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle strerror$mh =
            link("strerror", FunctionDescriptor.of(ADDRESS, JAVA_INT));
    private static final MethodHandle vsnprintf$mh =
            link(
                    "vsnprintf",
                    FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));
    private static final MethodHandle kill$mh =
            linkWithErrno("kill", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
    private static final MethodHandle sched_setscheduler$mh =
            linkWithErrno(
                    "sched_setscheduler",
                    FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle mlockall$mh =
            linkWithErrno("mlockall", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle mmap$mh =
            linkWithErrno(
                    "mmap",
                    FunctionDescriptor.of(
                            ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG));
    private static final MethodHandle munmap$mh =
            linkWithErrno("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle clock_settime$mh =
            linkWithErrno("clock_settime", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle mkfifo$mh =
            linkWithErrno("mkfifo", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private static final int CLOCK_REALTIME = 0;
    private static final int OWNER_ONLY = 0600;

    private LinuxPosix() {}

    private static MethodHandle link(String name, FunctionDescriptor type, Linker.Option... how) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type, how);
    }

    private static MethodHandle linkWithErrno(String name, FunctionDescriptor type) {
        return link(name, type, Linker.Option.captureCallState("errno"));
    }

    @Override
    public int gettid() {
        try {
            return (int) gettid$mh.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int sched_yield() {
        try {
            return (int) sched_yield$mh.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int sched_setscheduler(int pid, int policy) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment priority = arena.allocate(JAVA_INT); // struct sched_param: 0
            return (int) sched_setscheduler$mh.invokeExact(captured.get(), pid, policy, priority);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int kill(int pid, int signal) {
        try {
            return (int) kill$mh.invokeExact(captured.get(), pid, signal);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int mlockall(int flags) {
        try {
            return (int) mlockall$mh.invokeExact(captured.get(), flags);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public MemorySegment mmap(long length, int prot, int flags, int fd, long offset) {
        try {
            MemorySegment mapping =
                    (MemorySegment)
                            mmap$mh.invokeExact(
                                    captured.get(),
                                    MemorySegment.NULL,
                                    length,
                                    prot,
                                    flags,
                                    fd,
                                    offset);
            return mapping.address() == -1 ? null : mapping.reinterpret(length);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int munmap(MemorySegment mapping) {
        try {
            return (int) munmap$mh.invokeExact(captured.get(), mapping, mapping.byteSize());
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int getpagesize() {
        try {
            return (int) getpagesize$mh.invokeExact();
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int vsnprintf(MemorySegment buffer, MemorySegment format, MemorySegment args) {
        try {
            return (int) vsnprintf$mh.invokeExact(buffer, buffer.byteSize(), format, args);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int clock_settime(long millis) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment time = // struct timespec
                    arena.allocateFrom(JAVA_LONG, millis / 1000, millis % 1000 * 1_000_000);
            return (int) clock_settime$mh.invokeExact(captured.get(), CLOCK_REALTIME, time);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int mkfifo(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment name = arena.allocateFrom(path);
            return (int) mkfifo$mh.invokeExact(captured.get(), name, OWNER_ONLY);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    @Override
    public int errno() {
        return (int) errno$vh.get(captured.get(), 0L);
    }

    @Override
    public String strerror(int errno) {
        try {
            MemorySegment words = (MemorySegment) strerror$mh.invokeExact(errno);
            return words.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }
}
