package org.schedbook.ring;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * The memory of this process by address, for what is read and written per task.
 *
 * <p>Each access to a segment in a field is checked four times, and after each acquire what the
 * checks need is loaded anew. Of one segment that is a constant, and of addresses that are known to
 * be below 2<sup>56</sup>, the compiler knows the answers: what is left is one instruction. So
 * nothing stands between a wrong address and a crash; {@link QueuedRing#next} and {@link
 * DispatchRing#claim} give out right ones.
 */
public final class Memory {

    @SuppressWarnings("restricted")
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** All bits that an address in user space can have: 47 or 56 on x86-64, 48 or 52 on arm64. */
    private static final long ADDRESS = (1L << 56) - 1;

    public static int getInt(long address, long offset) {
        return ALL.get(JAVA_INT_UNALIGNED, (address & ADDRESS) + offset);
    }

    public static long getLong(long address, long offset) {
        return ALL.get(JAVA_LONG_UNALIGNED, (address & ADDRESS) + offset);
    }

    public static void setInt(long address, long offset, int value) {
        ALL.set(JAVA_INT_UNALIGNED, (address & ADDRESS) + offset, value);
    }

    public static void setLong(long address, long offset, long value) {
        ALL.set(JAVA_LONG_UNALIGNED, (address & ADDRESS) + offset, value);
    }

    private Memory() {}
}
