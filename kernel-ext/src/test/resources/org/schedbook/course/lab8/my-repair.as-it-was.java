// gets 2; is told: Serve the second now and then
public class Quick extends Policy {

    private static final long WOKE = 0;
    private static final long REST = 1;
    private static final long SLICE_NS = 4_000_000;

    @Override
    public void init() {
        createDsq(WOKE);
        createDsq(REST);
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        boolean woke = (enqFlags & Enq.WAKEUP) != 0;
        insert(task, woke ? WOKE : REST, SLICE_NS, enqFlags);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        if (!moveToLocal(WOKE)) {
            moveToLocal(REST);
        }
    }
}
