// gets 0; is told: draw of lots
public class Lottery extends Policy {

    private final ArrayList<Task> waiting = new ArrayList<>();
    private final Random random = new Random(1);

    @Override
    public void enqueue(Task task, long enqFlags) {
        waiting.add(task);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        int tickets = 0;
        for (Task task : waiting) {
            tickets += task.weight();
        }
        if (tickets == 0) {
            return;
        }
        int drawn = random.nextInt(tickets);
        for (Task task : waiting) {
            drawn -= task.weight();
            if (drawn < 0) {
                waiting.remove(task);
                insert(task, Dsq.LOCAL, 4_000_000, 0);
                return;
            }
        }
    }
}
