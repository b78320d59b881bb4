package org.schedbook.kernel;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * @param arrays the elements of each of {@link Layout#arrays} and {@link Layout#tables}
 * @param states the fields of a new task's state, in order, of each of {@link Layout#storages}, and
 *     of a new value of each of {@link Layout#maps} that has any
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

    private static final Set<Class<?>> PLAIN_MAPS =
            Set.of(HashMap.class, LinkedHashMap.class, TreeMap.class, EnumMap.class);

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
        for (Layout.Array table : layout.tables()) {
            Class<?> type = policy.getClass().getClassLoader().loadClass(table.field().owner());
            var field = type.getDeclaredField(table.field().name());
            field.setAccessible(true);
            var numbers = new ArrayList<Long>();
            for (Object constant : type.getEnumConstants()) {
                numbers.add(number(field.get(constant)));
            }
            arrays.put(table.symbol(), numbers);
        }
        var states = new LinkedHashMap<String, List<Long>>();
        for (Layout.Storage storage : layout.storages()) {
            Object state = ((TaskStorage<?>) value(policy, storage.field())).get(new NewTask());
            states.put(storage.symbol(), members(state, storage.members()));
        }
        for (Layout.Dictionary map : layout.maps()) {
            var entries = (Map<?, ?>) value(policy, map.field());
            boolean plain =
                    PLAIN_MAPS.contains(entries.getClass())
                            && !(entries instanceof TreeMap<?, ?> sorted
                                    && sorted.comparator() != null);
            if (!plain) {
                throw new PolicyException(
                        "The map %s is of a kind of its own, which is not translated: use a HashMap."
                                .formatted(map.field().name()));
            }
            if (!entries.isEmpty()) {
                throw new PolicyException(
                        "The map %s has entries after init(), and in the kernel a map begins empty."
                                        .formatted(map.field().name())
                                + " Keep what is known beforehand in an array, or in fields.");
            }
            if (!map.value().isEmpty()) {
                states.put(map.symbol(), members(newValue(policy, map.value()), map.members()));
            }
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

    private static List<Long> members(Object state, List<Layout.Member> members)
            throws ReflectiveOperationException {
        var values = new ArrayList<Long>();
        for (Layout.Member member : members) {
            var field = state.getClass().getDeclaredField(member.name());
            field.setAccessible(true);
            values.add(number(field.get(state)));
        }
        return values;
    }

    /** Makes what {@code new} makes in the policy: an inner class knows it. */
    private static Object newValue(Policy policy, String name) throws ReflectiveOperationException {
        Class<?> type = policy.getClass().getClassLoader().loadClass(name);
        for (var constructor : type.getDeclaredConstructors()) {
            constructor.setAccessible(true);
            Class<?>[] parameters = constructor.getParameterTypes();
            if (parameters.length == 0) {
                return constructor.newInstance();
            }
            if (parameters.length == 1 && parameters[0].isInstance(policy)) {
                return constructor.newInstance(policy);
            }
        }
        throw new NoSuchMethodException(name);
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
        if (value == null && !declared.getType().isEnum()) {
            throw new PolicyException(
                    "The field %s is null after init(): give it a value there."
                            .formatted(field.name()));
        }
        return value;
    }

    private static long number(Object value) {
        return switch (value) {
            case null -> -1; // of an enum
            case Boolean b -> b ? 1 : 0;
            case AtomicBoolean b -> b.get() ? 1 : 0;
            case Character c -> c;
            case Number n -> n.longValue();
            case Enum<?> constant -> constant.ordinal();
            case BitSet bits -> word(bits);
            case Random random -> seed(random);
            default -> throw new IllegalStateException(value.getClass().getName());
        };
    }

    private static long word(BitSet bits) {
        if (bits.getClass() != BitSet.class) {
            throw new PolicyException("A BitSet of a kind of its own is not translated.");
        }
        if (bits.length() > Long.SIZE) {
            throw new PolicyException(
                    "A BitSet has the bits 0 to 63 in the kernel, and bit %d is set after init()."
                            .formatted(bits.length() - 1));
        }
        return bits.isEmpty() ? 0 : bits.toLongArray()[0];
    }

    /** Returns what the next number comes of, which is the last of what a Random is stored as. */
    private static long seed(Random random) {
        if (random.getClass() != Random.class) {
            throw new PolicyException(
                    "A %s is not translated: use java.util.Random."
                            .formatted(random.getClass().getSimpleName()));
        }
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(random);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // The serialized form: nextNextGaussian, then the seed, then the end of the block.
        byte[] form = bytes.toByteArray();
        return ByteBuffer.wrap(form).getLong(form.length - 1 - Long.BYTES);
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
            return new PolicyException(
                    verb + " is possible only in selectCpu(), enqueue() and dispatch().");
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
