// gets 3; is told: Look at dispatch().
public class MyQueues extends Policy {

    private static final long SLICE_NS = 4_000_000;

    @Override
    public void init() {
        for (Topology.Cpu cpu : topology().cpus()) {
            createDsq(cpu.id());
        }
    }

    @Override
    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
        int idle = pickIdleCpu(task);
        if (idle >= 0) {
            insert(task, Dsq.localOn(idle), SLICE_NS, 0);
            return idle;
        }
        return prevCpu;
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, task.cpu(), SLICE_NS, enqFlags);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        int nrCpus = 4;
        for (int i = 0; i < nrCpus; i++) {
            if (moveToLocal((cpu + i) % nrCpus)) {
                return;
            }
        }
    }
}
