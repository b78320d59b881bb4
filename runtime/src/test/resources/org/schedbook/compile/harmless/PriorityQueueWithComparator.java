// A heap ordered by a chain of comparators made of method references.
public class PriorityQueueWithComparator extends Policy {
    static final class Entry {
        final Task task;
        final long deadlineNs;

        Entry(Task task, long deadlineNs) {
            this.task = task;
            this.deadlineNs = deadlineNs;
        }

        long deadlineNs() {
            return deadlineNs;
        }

        int weight() {
            return task.weight();
        }
    }

    private static final Comparator<Entry> ORDER =
            Comparator.comparingLong(Entry::deadlineNs)
                    .thenComparing(Comparator.comparingInt(Entry::weight).reversed());

    private final PriorityQueue<Entry> queue = new PriorityQueue<>(64, ORDER);

    public void enqueue(Task task, long enqFlags) {
        queue.add(new Entry(task, nowNs() + Math.ceilDiv(1_000_000_000L, task.weight())));
    }

    public void dispatch(int cpu, Task prev) {
        Entry first = queue.poll();
        if (first != null) {
            insert(first.task, Dsq.LOCAL, SLICE_DFL_NS, 0);
        }
    }

    public void dequeue(Task task, long deqFlags) {
        queue.removeIf(e -> e.task == task);
    }
}
