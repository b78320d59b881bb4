package org.schedbook.scx;

import java.util.Arrays;
import org.schedbook.harness.OwnDsq;

/**
 * A DSQ that a policy created.
 *
 * <p>For a policy that leaves {@code dispatch} to the default it is in the kernel, and this only
 * keeps what the policy said of it. For one that has its own {@code dispatch} the tasks are here: a
 * heap, by vtime or by order of arrival.
 */
final class PolicyDsq extends OwnDsq {

    /** Tasks put into the kernel's DSQ since the loop last looked how long it is. */
    int nrInserted;

    private HostTask[] heap = new HostTask[64];
    private int size;
    private long lastSeq;
    private long firstSeq;

    PolicyDsq(long id, int index) {
        super(id, index);
    }

    @Override
    public int size() {
        return size;
    }

    void add(HostTask task, long vtime, boolean head) {
        task.dsq = this;
        task.dsqVtime = isByVtime() ? vtime : 0;
        task.dsqSeq = head ? --firstSeq : ++lastSeq;
        if (size == heap.length) {
            heap = Arrays.copyOf(heap, size * 2);
        }
        up(size++, task);
    }

    /** Removes and returns the first task that may use a CPU, or returns null. */
    HostTask poll(int cpu) {
        HostTask first = null;
        if (size > 0 && heap[0].canRunOn(cpu)) {
            first = heap[0];
        } else {
            for (int i = 1; i < size; i++) {
                if (heap[i].canRunOn(cpu) && (first == null || before(heap[i], first))) {
                    first = heap[i];
                }
            }
        }
        if (first != null) {
            remove(first);
        }
        return first;
    }

    void remove(HostTask task) {
        int index = task.dsqIndex;
        task.dsq = null;
        HostTask last = heap[--size];
        heap[size] = null;
        if (last != task) {
            down(index, last);
            if (heap[index] == last) {
                up(index, last);
            }
        }
    }

    private static boolean before(HostTask a, HostTask b) {
        long difference = a.dsqVtime - b.dsqVtime;
        return difference < 0 || difference == 0 && a.dsqSeq < b.dsqSeq;
    }

    private void up(int index, HostTask task) {
        while (index > 0) {
            int parent = (index - 1) / 2;
            if (!before(task, heap[parent])) {
                break;
            }
            place(index, heap[parent]);
            index = parent;
        }
        place(index, task);
    }

    private void down(int index, HostTask task) {
        for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
            if (child + 1 < size && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], task)) {
                break;
            }
            place(index, heap[child]);
            index = child;
        }
        place(index, task);
    }

    private void place(int index, HostTask task) {
        heap[index] = task;
        task.dsqIndex = index;
    }
}
