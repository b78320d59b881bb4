// gets 4; is told: multiply by 100 before you divide
public class MyStride extends Policy {

    private static final long QUEUE = 0;
    private static final long SLICE_NS = 4_000_000;

    private long vtimeNow;

    @Override
    public void init() {
        createDsq(QUEUE);
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        long vtime = task.vtime() + task.ranNs() / Math.max(1, task.weight() / 100);
        if (vtimeBefore(vtime, vtimeNow - SLICE_NS)) {
            vtime = vtimeNow - SLICE_NS;
        }
        insertVtime(task, QUEUE, SLICE_NS, vtime, enqFlags);
    }

    @Override
    public void running(Task task) {
        if (vtimeBefore(vtimeNow, task.vtime())) {
            vtimeNow = task.vtime();
        }
    }
}
