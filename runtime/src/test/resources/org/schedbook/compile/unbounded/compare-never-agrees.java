// a queue is sorted by a comparison that changes its mind, for ever
public class P extends Policy {
    PriorityQueue<Integer> q = new PriorityQueue<>((a, b) -> { for (;;) if (a < -7) return 0; });
    public void enqueue(Task task, long enqFlags) {
        q.add(task.pid());
        q.add(1);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
