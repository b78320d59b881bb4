package org.schedbook.harness;

import java.util.EnumSet;
import java.util.Set;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

/** The callbacks of a policy. The first ones are told by records, in the order of queued_kind. */
public enum Callback {
    ENQUEUE("enqueue", Task.class, long.class),
    RUNNABLE("runnable", Task.class, long.class),
    RUNNING("running", Task.class),
    STOPPING("stopping", Task.class, boolean.class),
    QUIESCENT("quiescent", Task.class, long.class),
    DEQUEUE("dequeue", Task.class, long.class),
    TICK("tick", Task.class),
    EXIT_TASK("exitTask", Task.class),
    SELECT_CPU("selectCpu", Task.class, int.class, long.class),
    DISPATCH("dispatch", int.class, Task.class),
    INIT("init"),
    EXIT("exit", ExitInfo.class);

    private static final Callback[] ALL = values();

    private final String method;
    private final Class<?>[] parameters;

    Callback(String method, Class<?>... parameters) {
        this.method = method;
        this.parameters = parameters;
    }

    public static Callback ofKind(int kind) {
        return ALL[kind];
    }

    public String method() {
        return method;
    }

    public boolean isQueued() {
        return compareTo(EXIT_TASK) <= 0;
    }

    /** Returns whether tasks may be inserted: where sched_ext allows {@code scx_bpf_dsq_insert}. */
    boolean maySchedule() {
        return this == ENQUEUE || this == DISPATCH || this == SELECT_CPU;
    }

    /** Returns the callbacks that a policy's class overrides. */
    public static Set<Callback> overriddenBy(Class<? extends Policy> policy) {
        Set<Callback> overridden = EnumSet.noneOf(Callback.class);
        for (Callback callback : ALL) {
            try {
                if (policy.getMethod(callback.method, callback.parameters).getDeclaringClass()
                        != Policy.class) {
                    overridden.add(callback);
                }
            } catch (NoSuchMethodException e) {
                throw new AssertionError(e);
            }
        }
        return overridden;
    }
}
