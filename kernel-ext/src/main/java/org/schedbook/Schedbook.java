package org.schedbook;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.schedbook.bench.BenchException;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Suite;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.plot.RatioPlot;
import org.schedbook.plot.SamplePlot;
import org.schedbook.policy.ExitInfo;
import org.schedbook.session.Session;
import org.schedbook.session.SessionException;
import org.schedbook.session.Simulated;
import org.schedbook.store.Version;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.sim.SimWorkload;
import org.schedbook.view.BenchPlot;

/**
 * Schedbook from plain Java: what the magics do, as methods.
 *
 * <pre>{@code
 * import org.schedbook.Schedbook;
 *
 * var mine = Schedbook.compile("mine", """
 *         public class Mine extends Policy {
 *             public void enqueue(Task task, long enqFlags) {
 *                 insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
 *             }
 *         }
 *         """);
 * Schedbook.plot(Schedbook.bench("messaging", "eevdf", "mine"))
 * }</pre>
 *
 * <p>In a notebook this is the notebook's own session: a policy compiled here can be attached by
 * {@code %attach}, one of a {@code %%policy} cell is known here by its name, and both use the same
 * guest. What is returned shows itself as the value of a cell. In any other program there is one
 * session for the process, ended with it. Methods are to be called from one thread at a time.
 *
 * <p>What is done for a person at a cell (progress, streaming) is left to the magics; nothing here
 * prints. What is compiled and measured is kept in {@code .schedbook} beside the notebook, as by
 * the magics.
 */
public final class Schedbook {

    private static final Duration RUN_LIMIT = Duration.ofMinutes(10);
    private static final Duration BUDGET = Duration.ofMinutes(15);
    private static final int RUNS = 10;

    /**
     * Compiles and checks a policy, and defines it under a name: {@code %%policy}.
     *
     * @param source one class that extends {@code Policy}; the policy API and {@code java.util} are
     *     imported already
     * @throws CompileException if it does not compile, or does what a policy may not; says where
     * @throws IllegalArgumentException if the name is not one, as for {@code %%policy}
     * @throws SessionException if the name is that of a policy that comes with Schedbook
     */
    public static CompiledPolicy compile(String name, String source)
            throws CompileException, InterruptedException {
        return session()
                .policies()
                .define(new PolicySource(name, source), Version.CELL, OptionalLong.empty())
                .orThrow();
    }

    /**
     * Returns a policy by name: one compiled here or in a {@code %%policy} cell, or one that comes
     * with Schedbook.
     *
     * @throws SessionException if there is none, or it does not compile
     */
    public static CompiledPolicy policy(String name) {
        return session().policies().named(name);
    }

    /**
     * Returns the source of a policy as it was written, of which another one can be made.
     *
     * @param name as {@link #policy} knows it, or {@code NAME@NUMBER} for a version
     * @throws SessionException if there is none
     */
    public static String source(String name) {
        return session().policies().source(name).text();
    }

    /** Returns the names that {@link #policy} knows. */
    public static Set<String> policies() {
        return session().policies().names();
    }

    /**
     * Returns the machine that policies run on, started if need be: the guest.
     *
     * @throws TargetException if it cannot be started; says what is missing
     */
    public static Target target() throws TargetException, InterruptedException {
        return session().place().target();
    }

    /**
     * Makes a policy the scheduler of the guest, in place of any other: {@code %attach}.
     *
     * @param name as {@link #policy} knows it, or {@code NAME@kernel} for one that decides in the
     *     kernel
     */
    public static Attachment attach(String name) throws TargetException, InterruptedException {
        Contender policy = session().contender(name);
        if (policy.policy().isEmpty()) {
            policy(name); // says that the kernel's own scheduler cannot be attached
        }
        return session().place().attach(policy, AttachOptions.DEFAULT);
    }

    /**
     * Makes a policy the scheduler of the guest, in place of any other: {@code %attach}.
     *
     * @throws TargetException if the kernel or the policy refuses
     */
    public static Attachment attach(CompiledPolicy policy)
            throws TargetException, InterruptedException {
        return attach(policy, AttachOptions.DEFAULT);
    }

    /**
     * Makes a policy the scheduler of the guest, with options: {@code %attach --partial}.
     *
     * @throws TargetException if the kernel or the policy refuses
     */
    public static Attachment attach(CompiledPolicy policy, AttachOptions options)
            throws TargetException, InterruptedException {
        return session().place().attach(Contender.of(policy), options);
    }

    /**
     * Makes a policy decide in the kernel of the guest, in place of any other: {@code %attach NAME
     * --in-kernel}.
     *
     * @throws org.schedbook.session.SessionException if it cannot be translated; says where
     * @throws TargetException if the kernel refuses
     */
    public static Attachment attachInKernel(String name)
            throws TargetException, InterruptedException {
        return session()
                .place()
                .attach(Contender.of(session().policies().inKernel(name)), AttachOptions.DEFAULT);
    }

    /** Returns what is attached, with its state and counters: {@code %status}. */
    public static Optional<Attachment> attached() {
        return session().place().attachment();
    }

    /** Detaches what is attached and returns why it ended, empty if nothing is: {@code %detach}. */
    public static Optional<ExitInfo> detach() throws TargetException, InterruptedException {
        return session().place().detach();
    }

    /** Returns what can be measured: {@code %workloads}. */
    public static List<Workload> workloads() {
        return Workloads.all();
    }

    /**
     * Measures policies against each other: {@code %bench WORKLOAD --only --policies …}. Ten runs
     * of each at most, by turns; fewer if every verdict is clear before.
     *
     * @param workload its name, perhaps with parameters: {@code messaging:groups=8,loops=50}
     * @param policies names; the first is what the others are compared to, {@code eevdf} being the
     *     kernel's own scheduler
     * @throws BenchException if a run failed; has the figures of those before
     */
    public static BenchResult bench(String workload, String... policies)
            throws BenchException, TargetException, InterruptedException {
        return bench(
                Workloads.parse(workload),
                Plan.of(RUNS, RUN_LIMIT).withBudget(BUDGET).stoppingEarly(),
                policies);
    }

    /** Measures policies as {@link #bench(String, String...)} does, by another plan. */
    public static BenchResult bench(Workload workload, Plan plan, String... policies)
            throws BenchException, TargetException, InterruptedException {
        var contenders = new ArrayList<Contender>();
        for (String policy : policies) {
            contenders.add(session().contender(policy));
        }
        return session().figures().measure(workload, contenders, plan, (_, _, _, _) -> {});
    }

    /**
     * Compares policy {@code b} with {@code a} on workloads, each measured as by {@link
     * #bench(String, String...)}: {@code %compare}.
     *
     * @param workloads one at least
     */
    public static Suite compare(String a, String b, String... workloads)
            throws BenchException, TargetException, InterruptedException {
        var results = new ArrayList<BenchResult>();
        for (String workload : workloads) {
            results.add(bench(workload, a, b));
        }
        return session().figures().compared(results);
    }

    /**
     * Simulates a workload under policies, on all cores at once: {@code %sim}. Needs no target.
     * Whatever the policies do, this returns; what they did wrong is in the results.
     *
     * @param policies names, one at least
     * @throws TargetException if one of the policies cannot be made
     */
    public static Simulated simulate(SimWorkload workload, SimMachine machine, String... policies)
            throws TargetException, InterruptedException {
        SimOptions options = SimOptions.DEFAULT.withTrace(Simulated.TRACE);
        List<CompiledPolicy> compiled = Stream.of(policies).map(Schedbook::policy).toList();
        List<SimResult> results = SimTarget.simulateAll(compiled, workload, machine, options);
        var simulated =
                new Simulated(workload.name(), machine, options, List.of(policies), results);
        session().figures().keep(simulated);
        return simulated;
    }

    /** Draws every run of a measurement as a dot: {@code %plot}. */
    public static SamplePlot plot(BenchResult result) {
        return BenchPlot.of(result);
    }

    /** Draws how the second policy compares to the first on each workload: {@code %plot}. */
    public static RatioPlot plot(Suite suite) {
        return BenchPlot.ratios(suite.results());
    }

    private static Session session() {
        return Session.current();
    }

    private Schedbook() {}
}
