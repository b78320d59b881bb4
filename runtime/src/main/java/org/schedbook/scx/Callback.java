package org.schedbook.scx;

import java.util.EnumSet;
import java.util.Set;
import org.schedbook.policy.ExitInfo;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

/** The callbacks of a policy. The first ones are told by records, in the order of queued_kind. */
enum Callback {
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

    static Callback ofKind(int kind) {
        return ALL[kind];
    }

    String method() {
        return method;
    }

    boolean isQueued() {
        return compareTo(EXIT_TASK) <= 0;
    }

    /** Returns the callbacks that a policy's class overrides. */
    static Set<Callback> overriddenBy(Class<? extends Policy> policy) {
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
