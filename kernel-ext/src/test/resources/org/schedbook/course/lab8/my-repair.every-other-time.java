// gets 4; is told: Keep the preference
public class EveryOther extends Policy {

    private boolean rest;

    @Override
    public void init() {
        createDsq(0);
        createDsq(1);
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, (enqFlags & Enq.WAKEUP) != 0 ? 0 : 1, 20_000_000, enqFlags);
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        rest = !rest;
        if (!moveToLocal(rest ? 1 : 0)) {
            moveToLocal(rest ? 0 : 1);
        }
    }
}
