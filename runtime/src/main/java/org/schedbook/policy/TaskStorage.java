package org.schedbook.policy;

import java.util.Arrays;
import java.util.function.Supplier;

/**
 * Per-task state of a policy, as BPF's task storage gives it to a scheduler in the kernel.
 *
 * <p>Made by {@link Policy#taskStorage}. Reading it allocates only for a task seen for the first
 * time.
 */
public final class TaskStorage<S> {

    private final int index;
    private final Supplier<S> initial;

    TaskStorage(int index, Supplier<S> initial) {
        this.index = index;
        this.initial = initial;
    }

    /** Returns the state of a task, made by the storage's supplier when there is none yet. */
    @SuppressWarnings("unchecked")
    public S get(Task task) {
        if (index >= task.storage.length) {
            task.storage = Arrays.copyOf(task.storage, index + 1);
        }
        Object state = task.storage[index];
        if (state == null) {
            state = initial.get();
            task.storage[index] = state;
        }
        return (S) state;
    }
}
