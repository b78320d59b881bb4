import org.schedbook.policy.*;

/** Fair by virtual time: whoever has had the least CPU for its weight goes first. */
public class Vtime extends Policy {

    private static final long SHARED = 0;

    private long vtimeNow;

    @Override
    public void init() {
        createDsq(SHARED);
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        long vtime = task.vtime() + task.ranNs() * 100 / task.weight();
        // A task that slept long may not save up more than one slice.
        if (vtimeBefore(vtime, vtimeNow - SLICE_DFL_NS)) {
            vtime = vtimeNow - SLICE_DFL_NS;
        }
        insertVtime(task, SHARED, SLICE_DFL_NS, vtime, enqFlags);
    }

    @Override
    public void running(Task task) {
        if (vtimeBefore(vtimeNow, task.vtime())) {
            vtimeNow = task.vtime();
        }
    }
}
