// gets 2; is told: at the first level
public class MyMlfq extends Policy {

    private static final int LEVELS = 3;
    private static final long ALLOTMENT_NS = 20_000_000;
    private static final long SLICE_NS = 2_000_000;
    private static final long BOOST_NS = 500_000_000;

    private static final class State {
        int level;
        long usedNs;
        long boost;
    }

    private final TaskStorage<State> states = taskStorage(State::new);
    private long lowestServedIn;

    @Override
    public void init() {
        for (int level = 0; level < LEVELS; level++) {
            createDsq(level);
        }
    }

    @Override
    public void enqueue(Task task, long enqFlags) {
        State state = states.get(task);
        if (nowNs() / BOOST_NS != state.boost) {
            state.boost = nowNs() / BOOST_NS;
            state.level = 0;
            state.usedNs = 0;
        }
        insert(task, state.level, SLICE_NS << state.level, enqFlags);
        boolean comes = (enqFlags & Enq.WAKEUP) != 0 || task.startNs() == 0;
        if (comes && state.level == 0) {
            kick(task.cpu(), Kick.PREEMPT);
        }
    }

    @Override
    public void dispatch(int cpu, Task prev) {
        long period = nowNs() / BOOST_NS;
        if (period != lowestServedIn) {
            for (int level = LEVELS - 1; level > 0; level--) {
                if (moveToLocal(level)) {
                    lowestServedIn = period;
                    return;
                }
            }
        }
        for (int level = LEVELS - 1; level >= 0 && !moveToLocal(level); level--) {}
    }

    @Override
    public void stopping(Task task, boolean runnable) {
        State state = states.get(task);
        state.usedNs += nowNs() - task.startNs();
        if (state.usedNs >= ALLOTMENT_NS && state.level < LEVELS - 1) {
            state.level++;
            state.usedNs = 0;
        }
    }
}
