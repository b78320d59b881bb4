// Several queues in arrays, an abstract base class, assertions, bit tricks.
abstract class Leveled extends Policy {
    protected static final int LEVELS = 4;
    private static final long[] SLICES = {1_000_000, 2_000_000, 4_000_000, 8_000_000};

    protected abstract int level(Task task);

    protected long sliceNs(int level) {
        assert level >= 0 && level < LEVELS : "level " + level;
        return SLICES[level];
    }
}

public class MultiLevelFeedback extends Leveled {
    static class State {
        int level;
        long ranNs;
    }

    private final TaskStorage<State> states = taskStorage(State::new);
    private final BitSet busy = new BitSet();

    @SuppressWarnings("unchecked")
    private final ArrayDeque<Task>[] queues = new ArrayDeque[LEVELS];

    public void init() {
        Arrays.setAll(queues, level -> new ArrayDeque<>());
    }

    protected int level(Task task) {
        return states.get(task).level;
    }

    public void enqueue(Task task, long enqFlags) {
        State state = states.get(task);
        if ((enqFlags & Enq.WAKEUP) != 0) {
            state.level = 0;
        } else if (task.ranNs() >= sliceNs(state.level)) {
            state.level = Math.min(state.level + 1, LEVELS - 1);
        }
        queues[state.level].addLast(task);
        busy.set(state.level);
    }

    public void dispatch(int cpu, Task prev) {
        search:
        for (int level = busy.nextSetBit(0); level >= 0; level = busy.nextSetBit(level + 1)) {
            for (Iterator<Task> it = queues[level].iterator(); it.hasNext(); ) {
                Task task = it.next();
                if (task.canRunOn(cpu)) {
                    it.remove();
                    insert(task, Dsq.LOCAL, sliceNs(level), 0);
                    if (queues[level].isEmpty()) {
                        busy.clear(level);
                    }
                    break search;
                }
            }
        }
    }

    public void dequeue(Task task, long deqFlags) {
        queues[level(task)].remove(task);
    }
}
