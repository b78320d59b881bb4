// A sealed hierarchy taken apart with patterns, guards and qualified enum constants.
public class PatternSwitch extends Policy {
    sealed interface Where permits Local, Shared, Special {}

    record Local(int cpu) implements Where {}

    record Shared(long dsq, long vtime) implements Where {}

    enum Special implements Where {
        GLOBAL,
        NOWHERE
    }

    private Where where(Task task) {
        if (task.nrCpusAllowed() == 1) {
            return new Local(task.cpu());
        }
        return task.weight() > 100 ? Special.GLOBAL : new Shared(0, task.vtime());
    }

    public void init() {
        createDsq(0);
    }

    public void enqueue(Task task, long enqFlags) {
        switch (where(task)) {
            case Local(int cpu) when isIdle(cpu) ->
                    insert(task, Dsq.localOn(cpu), SLICE_DFL_NS, enqFlags);
            case Local local -> insert(task, Dsq.localOn(local.cpu()), 1_000_000, enqFlags);
            case Shared(long dsq, var vtime) ->
                    insertVtime(task, dsq, SLICE_DFL_NS, vtime, enqFlags);
            case Special.GLOBAL -> insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
            case Special.NOWHERE -> throw new IllegalStateException("nowhere for " + task.pid());
        }
    }
}
