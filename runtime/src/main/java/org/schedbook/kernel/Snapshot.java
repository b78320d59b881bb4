package org.schedbook.kernel;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.schedbook.policy.Policy;
import org.schedbook.policy.PolicyException;
import org.schedbook.policy.Scx;
import org.schedbook.policy.Task;
import org.schedbook.policy.TaskStorage;
import org.schedbook.policy.Topology;

/**
 * What a policy starts with on a machine: it was made and initialised there, in Java.
 *
 * @param dsqs the DSQs it created, in order
 * @param scalars the value of each of {@link Layout#scalars}, by symbol
 * @param arrays the elements of each of {@link Layout#arrays}
 * @param states the fields of a new task's state, in order, of each of {@link Layout#storages}
 * @param queues how many queues each of {@link Layout#queues} has
 */
public record Snapshot(
        List<Long> dsqs,
        Map<String, Long> scalars,
        Map<String, List<Long>> arrays,
        Map<String, List<Long>> states,
        Map<String, Integer> queues) {

    /** As many DSQs as the backend has room for. */
    private static final int MAX_DSQS = 128;

    /** {@code SB_MAX_QUEUES} of policy.h. */
    private static final int MAX_QUEUES = 1024;

    /**
     * Initialises a policy, and reads its fields.
     *
     * @throws ReflectiveOperationException if the policy is not what the layout is of
     * @throws PolicyException if a field has no value that the kernel can take
     */
    public static Snapshot of(Policy policy, Layout layout, Topology topology)
            throws ReflectiveOperationException {
        var world = new Recording(topology);
        Scx.bind(policy, world);
        policy.init();
        var scalars = new LinkedHashMap<String, Long>();
        for (Layout.Scalar scalar : layout.scalars()) {
            scalars.put(scalar.symbol(), number(value(policy, scalar.field())));
        }
        var arrays = new LinkedHashMap<String, List<Long>>();
        for (Layout.Array array : layout.arrays()) {
            Object elements = value(policy, array.field());
            var numbers = new ArrayList<Long>();
            for (int i = 0; i < Array.getLength(elements); i++) {
                numbers.add(number(Array.get(elements, i)));
            }
            arrays.put(array.symbol(), numbers);
        }
        var states = new LinkedHashMap<String, List<Long>>();
        for (Layout.Storage storage : layout.storages()) {
            Object state = ((TaskStorage<?>) value(policy, storage.field())).get(new NewTask());
            var members = new ArrayList<Long>();
            for (Layout.Member member : storage.members()) {
                var field = state.getClass().getDeclaredField(member.name());
                field.setAccessible(true);
                members.add(number(field.get(state)));
            }
            states.put(storage.symbol(), members);
        }
        var queues = new LinkedHashMap<String, Integer>();
        for (Layout.Queue queue : layout.queues()) {
            Object value = value(policy, queue.field());
            queues.put(queue.symbol(), queue.many() ? length(value) : 1);
        }
        int nrQueues = queues.values().stream().mapToInt(Integer::intValue).sum();
        if (nrQueues > MAX_QUEUES) {
            throw new PolicyException(
                    "%,d queues of tasks; %,d is the most.".formatted(nrQueues, MAX_QUEUES));
        }
        return new Snapshot(List.copyOf(world.dsqs), scalars, arrays, states, queues);
    }

    private static int length(Object queues) {
        return queues instanceof Collection<?> list ? list.size() : Array.getLength(queues);
    }

    private static Object value(Policy policy, Layout.Field field)
            throws ReflectiveOperationException {
        var declared =
                policy.getClass()
                        .getClassLoader()
                        .loadClass(field.owner())
                        .getDeclaredField(field.name());
        declared.setAccessible(true);
        Object value = declared.get(policy);
        if (value == null) {
            throw new PolicyException(
                    "The field %s is null after init(): give it a value there."
                            .formatted(field.name()));
        }
        return value;
    }

    private static long number(Object value) {
        return switch (value) {
            case Boolean b -> b ? 1 : 0;
            case Character c -> c;
            case Number n -> n.longValue();
            default -> throw new IllegalStateException(value.getClass().getName());
        };
    }

    /** The world of a policy that has no tasks yet. */
    private static final class Recording implements Scx {

        private final Topology topology;
        private final List<Long> dsqs = new ArrayList<>();

        Recording(Topology topology) {
            this.topology = topology;
        }

        @Override
        public void createDsq(long dsq) {
            if (dsq < 0 || dsq > Integer.MAX_VALUE) {
                throw new PolicyException(
                        "createDsq(%d): the number must be from 0 to 2^31 - 1.".formatted(dsq));
            }
            if (dsqs.contains(dsq)) {
                throw new PolicyException("createDsq(%d): there is one already.".formatted(dsq));
            }
            if (dsqs.size() == MAX_DSQS) {
                throw new PolicyException("createDsq: %d is the most.".formatted(MAX_DSQS));
            }
            dsqs.add(dsq);
        }

        @Override
        public void insert(Task task, long dsq, long sliceNs, long enqFlags) {
            throw noTask("insert");
        }

        @Override
        public void insertVtime(Task task, long dsq, long sliceNs, long vtime, long enqFlags) {
            throw noTask("insertVtime");
        }

        private static PolicyException noTask(String verb) {
            return new PolicyException(verb + ": there is no task in init().");
        }

        @Override
        public boolean moveToLocal(long dsq) {
            throw new PolicyException("moveToLocal is possible only in dispatch().");
        }

        @Override
        public void dispatchDefault() {
            throw new PolicyException("moveToLocal is possible only in dispatch().");
        }

        @Override
        public int nrQueued(long dsq) {
            if (!dsqs.contains(dsq)) {
                throw new PolicyException(
                        "There is no DSQ %d; create it with createDsq in init().".formatted(dsq));
            }
            return 0;
        }

        @Override
        public void kick(int cpu, long kickFlags) {
            // Nobody waits yet.
        }

        @Override
        public boolean isIdle(int cpu) {
            return false;
        }

        @Override
        public int pickIdleCpu(Task task) {
            return -1;
        }

        @Override
        public Topology topology() {
            return topology;
        }

        @Override
        public long nowNs() {
            return System.nanoTime();
        }
    }

    /** A task of which nothing is known. */
    private static final class NewTask extends Task {

        @Override
        public int pid() {
            return 0;
        }

        @Override
        public int tgid() {
            return 0;
        }

        @Override
        public int cpu() {
            return 0;
        }

        @Override
        public int weight() {
            return 100;
        }

        @Override
        public long vtime() {
            return 0;
        }

        @Override
        public long ranNs() {
            return 0;
        }

        @Override
        public long execRuntimeNs() {
            return 0;
        }

        @Override
        public long startNs() {
            return 0;
        }

        @Override
        public long stopNs() {
            return 0;
        }

        @Override
        public int nrCpusAllowed() {
            return 1;
        }

        @Override
        public boolean canRunOn(int cpu) {
            return true;
        }
    }
}
