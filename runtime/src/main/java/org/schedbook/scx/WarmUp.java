package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.schedbook.bpf.backend_state;
import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.exit_record;
import org.schedbook.bpf.queued_task;
import org.schedbook.harness.CallWatch;
import org.schedbook.harness.Callback;
import org.schedbook.policy.Policy;
import org.schedbook.ring.DispatchRing;
import org.schedbook.ring.QueuedRing;

/**
 * Has a policy decide on made-up tasks before it is attached, so that the JIT compiles it while no
 * task waits for it. What decides is another instance of the same class, in a loop of its own and
 * on rings that nobody else sees, so that the one to be attached begins as it was made.
 */
final class WarmUp {

    /**
     * With all tasks, more than it takes the JIT's first compiler to compile a method: 200 calls.
     */
    private static final int ROUNDS = 40;

    private static final int TASKS = 8;

    /** Enough for most; a slow machine attaches cold rather than late. */
    private static final long LIMIT_NS = 50_000_000;

    private static final int RING_BYTES = 1 << 16;
    private static final int PAGE_BYTES = 4096;

    /** {@code BPF_RINGBUF_HDR_SZ} */
    private static final int HEADER_BYTES = 8;

    /** In the order in which they come about; all but the enqueue only if the policy listens. */
    private static final Callback[] LIFE = {
        Callback.RUNNABLE,
        Callback.ENQUEUE,
        Callback.RUNNING,
        Callback.TICK,
        Callback.STOPPING,
        Callback.QUIESCENT
    };

    private final Arena arena = Arena.ofAuto();
    private final MemorySegment produced = arena.allocate(PAGE_BYTES, Long.BYTES);
    private final MemorySegment records = arena.allocate(2L * RING_BYTES, Long.BYTES);
    private final MemorySegment decided = arena.allocate(PAGE_BYTES, Long.BYTES);
    private final MemorySegment taken = arena.allocate(PAGE_BYTES, Long.BYTES);
    private final MemorySegment state = arena.allocate(backend_state.layout());
    private final PolicyLoop loop;

    private long enqCnt;

    private WarmUp(PolicyLoop loop) {
        MemorySegment exit = arena.allocate(exit_record.layout());
        exit_record.kind(exit, 1); // nobody waits for room in the ring
        this.loop = loop;
        loop.init();
        loop.bind(
                new Backend(
                        QueuedRing.of(arena.allocate(PAGE_BYTES, Long.BYTES), produced, records),
                        DispatchRing.of(
                                taken,
                                decided,
                                arena.allocate(2L * RING_BYTES, Long.BYTES),
                                (int) dispatched_task.sizeof()),
                        state,
                        exit));
    }

    /**
     * Warms a policy up, unless there can be no second one, or the two would share state.
     *
     * @param its the loop that is going to run it
     * @throws AttachException if a call of the policy does not return; its thread is then lost
     */
    static void of(Policy policy, PolicyLoop its, Options options) throws AttachException {
        Policy second = another(policy.getClass()).orElse(null);
        if (second == null) {
            return;
        }
        var warmUp = new WarmUp(its.another(second, options));
        Thread thread = Thread.ofPlatform().name("policy-warm-up").daemon().start(warmUp::run);
        try {
            // Beside hogs the thread may not get far in that time: what counts is each call.
            Duration pause = options.callDeadline().dividedBy(LoopWatch.LOOKS);
            var calls = new CallWatch(LoopWatch.LOOKS);
            while (!thread.join(pause)) {
                if (!calls.isStuck(warmUp.loop.calls())) {
                    continue;
                }
                warmUp.loop.hung(thread, CallWatch.hung(options.callDeadline()));
                PolicyHost.lose(thread);
                throw new AttachException(
                        "The policy was tried out: %s; nothing is attached."
                                .formatted(warmUp.loop.faults().getLast().sentence()),
                        PolicyHost.MEND);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Optional<Policy> another(Class<? extends Policy> policy) {
        if (Arrays.stream(policy.getNestMembers())
                .filter(type -> type.getName().startsWith(policy.getName()))
                .flatMap(type -> Arrays.stream(type.getDeclaredFields()))
                .anyMatch(WarmUp::isShared)) {
            return Optional.empty();
        }
        try {
            var constructor = policy.getDeclaredConstructor();
            constructor.setAccessible(true);
            return Optional.of(constructor.newInstance());
        } catch (ReflectiveOperationException e) {
            return Optional.empty(); // made in some other way
        }
    }

    /** Returns whether two instances may get at the same thing through a field. */
    private static boolean isShared(Field field) {
        boolean constant =
                Modifier.isFinal(field.getModifiers())
                        && (field.getType().isPrimitive() || field.getType() == String.class);
        return Modifier.isStatic(field.getModifiers()) && !constant;
    }

    private void run() {
        long end = System.nanoTime() + LIMIT_NS;
        for (int round = 0; round < ROUNDS && System.nanoTime() - end < 0; round++) {
            for (int pid = 1; pid <= TASKS; pid++) {
                enqCnt++;
                for (Callback callback : LIFE) {
                    if (callback == Callback.ENQUEUE || loop.overridden().contains(callback)) {
                        tell(callback, pid);
                    }
                }
            }
            backend_state.hungry(state, 1);
            loop.round();
            taken.set(JAVA_LONG, 0, decided.get(JAVA_LONG, 0)); // all that was decided
        }
    }

    private void tell(Callback callback, int pid) {
        long position = produced.get(JAVA_LONG, 0);
        long at = position & RING_BYTES - 1;
        records.set(JAVA_INT, at, (int) queued_task.sizeof());
        MemorySegment record = records.asSlice(at + HEADER_BYTES, queued_task.layout());
        record.fill((byte) 0);
        queued_task.kind(record, callback.ordinal());
        queued_task.pid(record, pid);
        queued_task.id(record, pid);
        queued_task.weight(record, 100);
        queued_task.ran_ns(record, 1_000_000);
        queued_task.enq_cnt(record, enqCnt);
        queued_task.queued_ts(record, System.nanoTime());
        queued_task.nr_cpus_allowed(record, 1);
        queued_task.cpus_allowed(record, 1);
        queued_task.prev_cpu(record, loop.overridden().contains(Callback.SELECT_CPU) ? 0 : -1);
        produced.set(JAVA_LONG, 0, position + HEADER_BYTES + queued_task.sizeof());
    }
}
