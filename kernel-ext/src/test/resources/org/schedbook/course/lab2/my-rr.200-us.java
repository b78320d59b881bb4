// gets 2; is told: 2 ms are 2,000,000 ns
public class MyRoundRobin extends Policy {

    private static final long SLICE_NS = 200_000;

    private final ArrayDeque<Task> queue = new ArrayDeque<>();

    @Override
    public void enqueue(Task task, long enqFlags) {
        queue.add(task);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        for (Task task : queue) {
            if (task.canRunOn(cpu)) {
                queue.remove(task);
                insert(task, Dsq.LOCAL, SLICE_NS, 0);
                return;
            }
        }
    }

    @Override
    public void dequeue(Task task, long deqFlags) {
        queue.remove(task);
    }
}
