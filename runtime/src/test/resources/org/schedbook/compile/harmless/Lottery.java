// A lottery: random numbers, arithmetic, boxed keys.
public class Lottery extends Policy {
    private final Random random = new Random(42);
    private final ArrayList<Task> held = new ArrayList<>();
    private final Map<Integer, Long> tickets = new HashMap<>();

    public void enqueue(Task task, long enqFlags) {
        held.add(task);
        tickets.merge(task.pid(), (long) task.weight(), Long::sum);
    }

    public void dispatch(int cpu, Task prev) {
        long total = 0;
        for (Task task : held) {
            total += tickets.getOrDefault(task.pid(), 1L);
        }
        long drawn = total > 0 ? random.nextLong(total) : 0;
        for (Iterator<Task> it = held.iterator(); it.hasNext(); ) {
            Task task = it.next();
            drawn -= tickets.get(task.pid());
            if (drawn < 0 && task.canRunOn(cpu)) {
                it.remove();
                insert(task, Dsq.LOCAL, SLICE_DFL_NS, 0);
                return;
            }
        }
    }
}
