package org.schedbook.scx;

import java.util.function.Consumer;

/**
 * The tasks by pid. Looking up allocates nothing: open addressing with linear probing, and removal
 * closes the gap.
 */
final class TaskTable {

    private HostTask[] slots = new HostTask[1024];
    private int size;

    int size() {
        return size;
    }

    HostTask get(int pid) {
        return slots[find(pid)];
    }

    /** Adds a task, instead of the one that had its pid. */
    void put(HostTask task) {
        int slot = find(task.pid);
        if (slots[slot] == null && ++size > slots.length / 2) {
            grow();
            slot = find(task.pid);
        }
        slots[slot] = task;
    }

    void remove(HostTask task) {
        int gap = find(task.pid);
        if (slots[gap] != task) {
            return;
        }
        size--;
        slots[gap] = null;
        int mask = slots.length - 1;
        for (int slot = gap + 1 & mask; slots[slot] != null; slot = slot + 1 & mask) {
            HostTask moved = slots[slot];
            slots[slot] = null;
            slots[find(moved.pid)] = moved;
        }
    }

    /** Visits all tasks; the visitor may not add or remove. */
    void forEach(Consumer<HostTask> visitor) {
        for (HostTask task : slots) {
            if (task != null) {
                visitor.accept(task);
            }
        }
    }

    private int find(int pid) {
        int mask = slots.length - 1;
        // Fibonacci hashing: pids come in runs.
        int slot = pid * 0x9E3779B9 >>> 16 & mask;
        while (slots[slot] != null && slots[slot].pid != pid) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        HostTask[] old = slots;
        slots = new HostTask[old.length * 2];
        for (HostTask task : old) {
            if (task != null) {
                slots[find(task.pid)] = task;
            }
        }
    }
}
