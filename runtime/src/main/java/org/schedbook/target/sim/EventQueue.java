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

    static final int NONE = -1;

    private static final int ARITY = 4;

    private long[] times;
    private long[] seqs;
    private int[] sources;

    /** Place in the heap by source, or {@link #NONE}. */
    private int[] places;

    private int size;
    private long lastSeq;

    EventQueue(int nrSources) {
        times = new long[Math.max(nrSources, 16)];
        seqs = new long[times.length];
        sources = new int[times.length];
        places = new int[times.length];
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
        return size == 0 ? Long.MAX_VALUE : times[0];
    }

    int poll() {
        int source = sources[0];
        places[source] = NONE;
        size--;
        if (size > 0) {
            down(0, times[size], seqs[size], sources[size]);
        }
        return source;
    }

    /** Schedules the event of a source, in place of the one it has. */
    void schedule(int source, long time) {
        if (source >= places.length) {
            grow(source + 1);
        }
        int place = places[source];
        long seq = ++lastSeq;
        if (place == NONE) {
            up(size++, time, seq, source);
        } else if (time < times[place]) {
            up(place, time, seq, source);
        } else {
            down(place, time, seq, source);
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
            long time = times[size];
            long seq = seqs[size];
            int last = sources[size];
            down(place, time, seq, last);
            if (sources[place] == last) {
                up(place, time, seq, last);
            }
        }
    }

    private void up(int place, long time, long seq, int source) {
        while (place > 0) {
            int parent = (place - 1) / ARITY;
            if (!before(time, seq, parent)) {
                break;
            }
            put(place, times[parent], seqs[parent], sources[parent]);
            place = parent;
        }
        put(place, time, seq, source);
    }

    private void down(int place, long time, long seq, int source) {
        for (int child = ARITY * place + 1; child < size; child = ARITY * place + 1) {
            int first = child;
            int end = Math.min(child + ARITY, size);
            for (int other = child + 1; other < end; other++) {
                if (before(times[other], seqs[other], first)) {
                    first = other;
                }
            }
            if (before(time, seq, first)) {
                break;
            }
            put(place, times[first], seqs[first], sources[first]);
            place = first;
        }
        put(place, time, seq, source);
    }

    private boolean before(long time, long seq, int place) {
        long other = times[place];
        return time < other || time == other && seq < seqs[place];
    }

    private void put(int place, long time, long seq, int source) {
        times[place] = time;
        seqs[place] = seq;
        sources[place] = source;
        places[source] = place;
    }

    private void grow(int nrSources) {
        int old = places.length;
        int length = Math.max(nrSources, old * 2);
        times = Arrays.copyOf(times, length);
        seqs = Arrays.copyOf(seqs, length);
        sources = Arrays.copyOf(sources, length);
        places = Arrays.copyOf(places, length);
        Arrays.fill(places, old, length, NONE);
    }
}
