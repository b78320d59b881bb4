package org.schedbook.target.sim;

import java.util.Arrays;
import org.schedbook.harness.OwnDsq;

/** A DSQ: a FIFO, or a queue by vtime. It is the one or the other by what is first put into it. */
final class DispatchQueue extends OwnDsq {

    private int size;

    // As a FIFO: a list through the tasks.
    private SimTask first;
    private SimTask last;

    // By vtime: a binary heap.
    private SimTask[] heap = {};
    private long lastSeq;

    /** Makes one of the kernel's own. */
    DispatchQueue(long id) {
        this(id, -1);
    }

    DispatchQueue(long id, int index) {
        super(id, index);
    }

    @Override
    public int size() {
        return size;
    }

    SimTask first() {
        return first;
    }

    void addLast(SimTask task) {
        task.queue = this;
        task.queuePrev = last;
        task.queueNext = null;
        if (last == null) {
            first = task;
        } else {
            last.queueNext = task;
        }
        last = task;
        size++;
    }

    void addFirst(SimTask task) {
        task.queue = this;
        task.queuePrev = null;
        task.queueNext = first;
        if (first == null) {
            last = task;
        } else {
            first.queuePrev = task;
        }
        first = task;
        size++;
    }

    void addByVtime(SimTask task) {
        task.queue = this;
        task.queueSeq = ++lastSeq;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, Math.max(16, size * 2));
        }
        up(size++, task);
    }

    /** Returns the first task that may use a CPU, or null; leaves it where it is. */
    SimTask firstFor(int cpu) {
        if (first != null) {
            SimTask task = first;
            while (task != null && !task.canRunOn(cpu)) {
                task = task.queueNext;
            }
            return task;
        }
        if (size == 0 || heap[0].canRunOn(cpu)) {
            return size == 0 ? null : heap[0];
        }
        SimTask found = null;
        for (int i = 1; i < size; i++) {
            if (heap[i].canRunOn(cpu) && (found == null || before(heap[i], found))) {
                found = heap[i];
            }
        }
        return found;
    }

    void remove(SimTask task) {
        task.queue = null;
        size--;
        if (first == null) {
            removeFromHeap(task);
            return;
        }
        if (task.queuePrev == null) {
            first = task.queueNext;
        } else {
            task.queuePrev.queueNext = task.queueNext;
        }
        if (task.queueNext == null) {
            last = task.queuePrev;
        } else {
            task.queueNext.queuePrev = task.queuePrev;
        }
        task.queuePrev = null;
        task.queueNext = null;
    }

    private void removeFromHeap(SimTask task) {
        int place = task.queuePlace;
        SimTask moved = heap[size];
        heap[size] = null;
        if (moved != task) {
            down(place, moved);
            if (heap[place] == moved) {
                up(place, moved);
            }
        }
    }

    /** The order of {@code scx_dsq_priq_less}; equal vtimes in the order of insertion. */
    private static boolean before(SimTask a, SimTask b) {
        long difference = a.vtime - b.vtime;
        return difference < 0 || difference == 0 && a.queueSeq < b.queueSeq;
    }

    private void up(int place, SimTask task) {
        while (place > 0) {
            int parent = (place - 1) / 2;
            if (!before(task, heap[parent])) {
                break;
            }
            put(place, heap[parent]);
            place = parent;
        }
        put(place, task);
    }

    private void down(int place, SimTask task) {
        for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], task)) {
                break;
            }
            put(place, heap[child]);
            place = child;
        }
        put(place, task);
    }

    private void put(int place, SimTask task) {
        heap[place] = task;
        task.queuePlace = place;
    }
}
