package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.schedbook.bench.Rounds;
import org.schedbook.bpf.backend_state;
import org.schedbook.bpf.dispatched_task;
import org.schedbook.bpf.exit_record;
import org.schedbook.bpf.queued_task;
import org.schedbook.bpf.wire_h;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.measure.Better;
import org.schedbook.measure.Comparison;
import org.schedbook.measure.Pair;
import org.schedbook.measure.Summary;
import org.schedbook.policy.Dsq;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.ring.DispatchRing;
import org.schedbook.ring.QueuedRing;

/**
 * What the loop costs per task, on rings of this machine's own kernel, beside C and beside libbpf
 * called from Java: rows of JSON on standard output.
 *
 * <p>The kernel's side is {@code rings.bpf.c}, run by bpf(2) between the measured calls: it fills
 * one ring and empties the other. Exits with a status other than 0 if a decision allocates.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Fork(3)
@OperationsPerInvocation(RingsBenchmark.BATCH)
public class RingsBenchmark {

    static final int BATCH = 300;

    private static final int RING_BYTES = 65536;
    private static final long NR_TO_QUEUE = 0; // in struct rings of rings.bpf.c

    /** Where the launcher's build has put rings.c. */
    private static final String PEER = "schedbook.rings-peer";

    /** As the one that comes with Schedbook, which is a resource. */
    public static final class Fifo extends Policy {
        @Override
        public void enqueue(Task task, long enqFlags) {
            insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
        }
    }

    /** A pair of rings, for one benchmark. */
    @State(Scope.Thread)
    public static class Rings {
        BpfObject object;
        private MemorySegment variables;

        @Setup(Level.Trial)
        public void load() throws IOException {
            try (InputStream in = queued_task.class.getResourceAsStream("rings.bpf.o")) {
                object = BpfObject.open(in.readAllBytes(), "rings");
            }
            object.load();
            variables = object.variables(".data.rings");
            variables.set(JAVA_LONG, NR_TO_QUEUE, BATCH);
        }

        @Setup(Level.Invocation)
        public void turn() throws IOException {
            object.run("drain");
            object.run("fill");
        }
    }

    /** Ours. */
    @State(Scope.Thread)
    public static class Ours {
        QueuedRing queued;
        DispatchRing dispatched;
        PolicyLoop loop;

        @Setup(Level.Trial)
        public void map(Rings rings) throws IOException {
            queued = QueuedRing.map(rings.object.mapFd("queued"), RING_BYTES);
            dispatched =
                    DispatchRing.map(
                            rings.object.mapFd("dispatched"),
                            RING_BYTES,
                            (int) dispatched_task.sizeof());
            loop = new PolicyLoop(new Fifo(), Options.DEFAULT);
            loop.init();
            loop.bind(
                    new Backend(
                            queued,
                            dispatched,
                            backend_state.allocate(Arena.ofAuto()),
                            exit_record.allocate(Arena.ofAuto())));
        }
    }

    /** The same in C. */
    @State(Scope.Thread)
    public static class C {
        private static final SymbolLookup LIBRARY =
                SymbolLookup.libraryLookup(Path.of(System.getProperty(PEER)), Arena.global());
        static final MethodHandle OPEN =
                link(
                        LIBRARY,
                        "peer_open",
                        FunctionDescriptor.of(ADDRESS, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
        static final MethodHandle CONSUME =
                link(LIBRARY, "peer_consume", FunctionDescriptor.of(JAVA_LONG, ADDRESS));
        static final MethodHandle SUBMIT =
                link(LIBRARY, "peer_submit", FunctionDescriptor.ofVoid(ADDRESS, JAVA_INT));
        static final MethodHandle DECIDE =
                link(LIBRARY, "peer_decide", FunctionDescriptor.of(JAVA_LONG, ADDRESS));

        MemorySegment peer;

        @Setup(Level.Trial)
        public void map(Rings rings) throws Throwable {
            peer =
                    (MemorySegment)
                            OPEN.invokeExact(
                                    rings.object.mapFd("queued"),
                                    (long) RING_BYTES,
                                    rings.object.mapFd("dispatched"),
                                    (long) RING_BYTES);
        }
    }

    /** The same by libbpf: an upcall for each record, two calls for each decision. */
    @State(Scope.Thread)
    public static class LibbpfUpcall {
        private static final SymbolLookup LIBRARY =
                SymbolLookup.libraryLookup("libbpf.so.1", Arena.global());
        private static final MethodHandle NEW =
                link(
                        LIBRARY,
                        "ring_buffer__new",
                        FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
        static final MethodHandle CONSUME =
                link(LIBRARY, "ring_buffer__consume", FunctionDescriptor.of(JAVA_INT, ADDRESS));
        private static final MethodHandle USER_NEW =
                link(
                        LIBRARY,
                        "user_ring_buffer__new",
                        FunctionDescriptor.of(ADDRESS, JAVA_INT, ADDRESS));
        private static final MethodHandle RESERVE =
                link(
                        LIBRARY,
                        "user_ring_buffer__reserve",
                        FunctionDescriptor.of(
                                ADDRESS.withTargetLayout(dispatched_task.layout()),
                                ADDRESS,
                                JAVA_INT));
        private static final MethodHandle SUBMIT =
                link(
                        LIBRARY,
                        "user_ring_buffer__submit",
                        FunctionDescriptor.ofVoid(ADDRESS, ADDRESS));

        MemorySegment consuming;
        MemorySegment deciding;
        long sum;
        private MemorySegment dispatched;
        private final TaskTable tasks = new TaskTable();

        @Setup(Level.Trial)
        public void open(Rings rings) throws Throwable {
            int fd = rings.object.mapFd("queued");
            consuming = ring(fd, "consumed");
            deciding = ring(fd, "decided");
            dispatched =
                    (MemorySegment)
                            USER_NEW.invokeExact(
                                    rings.object.mapFd("dispatched"), MemorySegment.NULL);
        }

        private MemorySegment ring(int fd, String method) throws Throwable {
            FunctionDescriptor type =
                    FunctionDescriptor.of(
                            JAVA_INT,
                            ADDRESS,
                            ADDRESS.withTargetLayout(queued_task.layout()),
                            JAVA_LONG);
            MethodHandle target =
                    MethodHandles.lookup()
                            .bind(
                                    this,
                                    method,
                                    MethodType.methodType(
                                            int.class,
                                            MemorySegment.class,
                                            MemorySegment.class,
                                            long.class));
            MemorySegment stub = Linker.nativeLinker().upcallStub(target, type, Arena.global());
            return (MemorySegment)
                    NEW.invokeExact(fd, stub, MemorySegment.NULL, MemorySegment.NULL);
        }

        int consumed(MemorySegment context, MemorySegment record, long size) {
            sum += fields(record, 0);
            return 0;
        }

        /** Less than our loop does: no policy, no accounting. */
        int decided(MemorySegment context, MemorySegment record, long size) throws Throwable {
            int pid = queued_task.pid(record);
            HostTask task = tasks.get(pid);
            if (task == null) {
                task = new HostTask(pid, queued_task.id(record));
                tasks.put(task);
            }
            task.tgid = queued_task.tgid(record);
            task.cpu = queued_task.cpu(record);
            task.weight = (int) queued_task.weight(record);
            task.nrCpusAllowed = (int) queued_task.nr_cpus_allowed(record);
            task.cpusAllowed = queued_task.cpus_allowed(record);
            task.vtime = queued_task.vtime(record);
            task.ranNs = queued_task.ran_ns(record);
            task.execRuntimeNs = queued_task.exec_runtime(record);
            task.startNs = queued_task.start_ts(record);
            task.stopNs = queued_task.stop_ts(record);
            submit(pid, task.vtime, queued_task.enq_cnt(record));
            return 0;
        }

        void submit(int pid, long vtime, long enqCnt) throws Throwable {
            var at =
                    (MemorySegment)
                            RESERVE.invokeExact(dispatched, (int) dispatched_task.sizeof());
            write(at, 0, pid, vtime, enqCnt);
            SUBMIT.invokeExact(dispatched, at);
        }
    }

    private static MethodHandle link(SymbolLookup library, String name, FunctionDescriptor type) {
        return Linker.nativeLinker().downcallHandle(library.findOrThrow(name), type);
    }

    private static long fields(MemorySegment data, long at) {
        return data.get(JAVA_INT, at + queued_task.pid$offset())
                + data.get(JAVA_LONG, at + queued_task.id$offset())
                + data.get(JAVA_LONG, at + queued_task.vtime$offset())
                + data.get(JAVA_LONG, at + queued_task.enq_cnt$offset());
    }

    private static void write(MemorySegment data, long at, int pid, long vtime, long enqCnt) {
        data.set(JAVA_INT, at + dispatched_task.pid$offset(), pid);
        data.set(JAVA_INT, at + dispatched_task.op$offset(), wire_h.DISPATCHED_INSERT());
        data.set(JAVA_LONG, at + dispatched_task.dsq$offset(), wire_h.DSQ_GLOBAL());
        data.set(JAVA_LONG, at + dispatched_task.flags$offset(), 0);
        data.set(JAVA_LONG, at + dispatched_task.slice_ns$offset(), Policy.SLICE_DFL_NS);
        data.set(JAVA_LONG, at + dispatched_task.vtime$offset(), vtime);
        data.set(JAVA_LONG, at + dispatched_task.enq_cnt$offset(), enqCnt);
    }

    // ---- ring.consume: the next record, and four fields of it -----------------------------

    @Benchmark
    public long consumeOurs(Rings rings, Ours ours) {
        QueuedRing queued = ours.queued;
        long sum = 0;
        for (long at; (at = queued.next()) != QueuedRing.NONE; ) {
            sum +=
                    Wire.Queued.pid(at)
                            + Wire.Queued.id(at)
                            + Wire.Queued.vtime(at)
                            + Wire.Queued.enqCnt(at);
        }
        queued.release();
        return sum;
    }

    @Benchmark
    public long consumeC(Rings rings, C c) throws Throwable {
        return (long) C.CONSUME.invokeExact(c.peer);
    }

    @Benchmark
    public long consumeLibbpf(Rings rings, LibbpfUpcall libbpf) throws Throwable {
        int ignored = (int) LibbpfUpcall.CONSUME.invokeExact(libbpf.consuming);
        return libbpf.sum;
    }

    // ---- ring.submit: one record written; positions are published once a batch ------------

    @Benchmark
    public void submitOurs(Rings rings, Ours ours) {
        DispatchRing dispatched = ours.dispatched;
        for (int i = 0; i < BATCH; i++) {
            long at = dispatched.claim();
            if (at == DispatchRing.FULL) {
                throw new IllegalStateException("full");
            }
            Wire.dispatched(
                    at,
                    i,
                    wire_h.DISPATCHED_INSERT(),
                    wire_h.DSQ_GLOBAL(),
                    0,
                    Policy.SLICE_DFL_NS,
                    i,
                    i);
        }
        dispatched.publish();
    }

    @Benchmark
    public void submitC(Rings rings, C c) throws Throwable {
        C.SUBMIT.invokeExact(c.peer, BATCH);
    }

    @Benchmark
    public void submitLibbpf(Rings rings, LibbpfUpcall libbpf) throws Throwable {
        for (int i = 0; i < BATCH; i++) {
            libbpf.submit(i, i, i);
        }
    }

    // ---- ring.decision: a round of the loop under FIFO, per task --------------------------

    @Benchmark
    public void decisionOurs(Rings rings, Ours ours) {
        ours.loop.round();
    }

    @Benchmark
    public void decisionC(Rings rings, C c) throws Throwable {
        long ignored = (long) C.DECIDE.invokeExact(c.peer);
    }

    @Benchmark
    public void decisionLibbpf(Rings rings, LibbpfUpcall libbpf) throws Throwable {
        int ignored = (int) LibbpfUpcall.CONSUME.invokeExact(libbpf.deciding);
    }

    /** How often, and over how many rounds, allocation is counted. */
    private static final int ATTEMPTS = 50;

    private static final int ROUNDS = 1_000;

    // ---- Report ---------------------------------------------------------------------------

    /** Runs all, prints a row for each, and fails if a decision allocates. */
    public static void main(String[] args) throws Exception {
        double allocated = allocatedPerDecision();
        Map<String, double[]> samples = new TreeMap<>();
        var options =
                new OptionsBuilder()
                        .include(RingsBenchmark.class.getName())
                        .verbosity(VerboseMode.SILENT)
                        .shouldFailOnError(true)
                        .build();
        for (RunResult result : new Runner(options).run()) {
            double[] nanos =
                    result.getBenchmarkResults().stream()
                            .flatMap(fork -> fork.getIterationResults().stream())
                            .mapToDouble(i -> i.getPrimaryResult().getScore())
                            .toArray();
            samples.put(result.getPrimaryResult().getLabel(), nanos);
        }
        for (String what : new String[] {"consume", "submit", "decision"}) {
            double[] ours = samples.get(what + "Ours");
            compare("ring." + what, ours, "c", samples.get(what + "C"));
            compare("ring." + what, ours, "libbpf-upcall", samples.get(what + "Libbpf"));
        }
        ObjectNode row = Rounds.row("decision.allocated", allocated, "B");
        row.putNull("peer");
        row.putNull("ratio");
        row.put("low", allocated);
        row.put("high", allocated);
        row.put("n", ROUNDS * BATCH);
        System.out.println(row);
        if (allocated > 0) {
            System.err.println("A decision allocates; it must not.");
            System.exit(1);
        }
    }

    /** Prints our median, and how many times the peer's that is, with the interval of it. */
    private static void compare(String metric, double[] ours, String peer, double[] theirs) {
        Comparison comparison = Comparison.of(new Pair(Better.LESS, theirs, ours), 1);
        double value = median(ours);
        System.out.printf("%s: %.2f ns, %s: %.2f ns%n", metric, value, peer, median(theirs));
        Rounds.print(Rounds.row(metric, value, "ns"), peer, comparison, ours.length);
    }

    private static double median(double[] samples) {
        return Summary.of(samples).median();
    }

    /**
     * Bytes that the thread allocates per decision, by the JVM's own count. Until the loop is
     * compiled it does; so this is of the first thousand rounds that allocate nothing, or of the
     * last thousand if there are none such.
     */
    private static double allocatedPerDecision() throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        var rings = new Rings();
        rings.load();
        var ours = new Ours();
        ours.map(rings);
        long allocated = Long.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && allocated > 0; attempt++) {
            allocated = 0;
            for (int i = 0; i < ROUNDS; i++) {
                rings.turn();
                long before = threads.getCurrentThreadAllocatedBytes();
                ours.loop.round();
                allocated += threads.getCurrentThreadAllocatedBytes() - before;
            }
        }
        return (double) allocated / ROUNDS / BATCH;
    }
}
