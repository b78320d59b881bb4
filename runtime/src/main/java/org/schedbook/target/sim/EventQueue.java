package org.schedbook.target.sim;

import java.util.Arrays;

/**
 * What happens next: a 4-ary heap of event sources, earliest first, equal times in the order they
 * were scheduled.
 *
 * <p>A source (a CPU, a task's timer) has at most one event pending, so the queue is as large as
 * there are sources, an event can be moved or cancelled, and nothing is ever stale or allocated.
 */
final class EventQueue {

    private static final int NONE = -1;

    private static final int ARITY = 4;

    /** Bits of a source in the second word of an entry; the others count up. */
    private static final int SOURCE_BITS = 21;

    private static final long SOURCE_MASK = (1L << SOURCE_BITS) - 1;

    /**
     * Two words an entry, so that four siblings fill a cache line: the time, and order | source.
     */
    private long[] heap;

    /** Place in the heap by source, or {@link #NONE}. */
    private int[] places;

    private int size;
    private long lastSeq;

    EventQueue(int nrSources) {
        places = new int[Math.max(nrSources, 16)];
        heap = new long[2 * places.length];
        Arrays.fill(places, NONE);
    }

    int size() {
        return size;
    }

    boolean isPending(int source) {
        return source < places.length && places[source] != NONE;
    }

    /** Returns the time of the next event, {@code Long.MAX_VALUE} if there is none. */
    long nextTime() {
        return size == 0 ? Long.MAX_VALUE : heap[0];
    }

    int poll() {
        int source = (int) (heap[1] & SOURCE_MASK);
        places[source] = NONE;
        size--;
        if (size > 0) {
            down(0, heap[2 * size], heap[2 * size + 1]);
        }
        return source;
    }

    /** Schedules the event of a source, in place of the one it has. */
    void schedule(int source, long time) {
        if (source >= places.length) {
            grow(source + 1);
        }
        int place = places[source];
        long order = ++lastSeq << SOURCE_BITS | source;
        if (place == NONE) {
            up(size++, time, order);
        } else if (time < heap[2 * place]) {
            up(place, time, order);
        } else {
            down(place, time, order);
        }
    }

    void cancel(int source) {
        int place = places[source];
        if (place == NONE) {
            return;
        }
        places[source] = NONE;
        size--;
        if (place < size) {
            long time = heap[2 * size];
            long order = heap[2 * size + 1];
            down(place, time, order);
            if (heap[2 * place + 1] == order) {
                up(place, time, order);
            }
        }
    }

    private void up(int from, long time, long order) {
        int place = from;
        while (place > 0) {
            int parent = (place - 1) / ARITY;
            long other = heap[2 * parent];
            long otherOrder = heap[2 * parent + 1];
            if (time > other || time == other && order > otherOrder) {
                break;
            }
            put(place, other, otherOrder);
            place = parent;
        }
        put(place, time, order);
    }

    private void down(int from, long time, long order) {
        int place = from;
        for (int child = ARITY * place + 1; child < size; child = ARITY * place + 1) {
            int first = child;
            long firstTime = heap[2 * child];
            long firstOrder = heap[2 * child + 1];
            int end = Math.min(child + ARITY, size);
            for (int other = child + 1; other < end; other++) {
                long otherTime = heap[2 * other];
                long otherOrder = heap[2 * other + 1];
                if (otherTime < firstTime || otherTime == firstTime && otherOrder < firstOrder) {
                    first = other;
                    firstTime = otherTime;
                    firstOrder = otherOrder;
                }
            }
            if (time < firstTime || time == firstTime && order < firstOrder) {
                break;
            }
            put(place, firstTime, firstOrder);
            place = first;
        }
        put(place, time, order);
    }

    private void put(int place, long time, long order) {
        heap[2 * place] = time;
        heap[2 * place + 1] = order;
        places[(int) (order & SOURCE_MASK)] = place;
    }

    private void grow(int nrSources) {
        if (nrSources > SOURCE_MASK) {
            throw new IllegalStateException("more than " + SOURCE_MASK + " CPUs and tasks");
        }
        int old = places.length;
        places = Arrays.copyOf(places, Math.max(nrSources, old * 2));
        heap = Arrays.copyOf(heap, 2 * places.length);
        Arrays.fill(places, old, places.length, NONE);
    }
}
