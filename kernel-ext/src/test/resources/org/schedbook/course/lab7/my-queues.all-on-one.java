// gets 3; is told: selectCpu() chose it each time
public class AllOnOne extends Policy {

    @Override
    public int selectCpu(Task task, int prevCpu, long wakeFlags) {
        return task.canRunOn(0) ? 0 : prevCpu;
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.LOCAL, 4_000_000, enqFlags);
    }
}
