// gets 0; is told: who waits long has an early one
public class MyAging extends Policy {

    private static final long QUEUE = 0;
    private static final long SLICE_NS = 20_000_000;
    private static final long AGING = 8;

    private static final class History {
        long expectedNs;
    }

    private final TaskStorage<History> histories = taskStorage(History::new);

    @Override
    public void init() {
        createDsq(QUEUE);
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        long key = -nowNs() + AGING * histories.get(task).expectedNs;
        insertVtime(task, QUEUE, SLICE_NS, key, enqFlags);
    }

    @Override
    public void stopping(Task task, boolean runnable) {
        if (!runnable) {
            History history = histories.get(task);
            history.expectedNs = (history.expectedNs + task.execRuntimeNs()) / 2;
        }
    }
}
