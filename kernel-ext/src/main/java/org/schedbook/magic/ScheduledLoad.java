package org.schedbook.magic;

import java.io.IOException;
import java.io.StringReader;
import java.time.Duration;
import java.util.List;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Workload;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Progress;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Place;
import org.schedbook.session.Recorded;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import org.schedbook.target.sim.FormatException;
import org.schedbook.target.sim.SchedRecorder;
import org.schedbook.target.sim.SchedTrace;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimResult;
import org.schedbook.target.sim.SimTarget;

/** Runs a load under a policy once, for its schedule: simulated, or recorded in the guest. */
final class ScheduledLoad {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    /**
     * A schedule.
     *
     * @param title what ran, one line
     * @param caption where it comes from
     */
    record Made(String title, Schedule schedule, String caption, String policy) {}

    private final Session session;
    private final MagicCall call;

    ScheduledLoad(Session session, MagicCall call) {
        this.session = session;
        this.call = call;
    }

    /** On the target that is chosen. */
    Made run(String policy, String workload) throws TargetException, InterruptedException {
        return session.place().choice() instanceof TargetChoice.Sim
                ? simulate(policy, workload)
                : record(policy, workload);
    }

    /** Throws of a policy and a load that are not there, before anything runs. */
    void look(String policy, String workload) throws InterruptedException {
        if (session.place().choice() instanceof TargetChoice.Sim) {
            session.policies().named(policy);
            SimMagic.load(workload);
        } else {
            session.contender(policy);
            BenchOptions.workload(workload);
        }
    }

    /** On a simulated machine: the target's, or one with as many CPUs as the guest has. */
    Made simulate(String policy, String workload) throws TargetException, InterruptedException {
        TargetChoice choice = session.place().choice();
        SimMachine machine;
        SimOptions options = SimOptions.DEFAULT;
        if (choice instanceof TargetChoice.Sim sim) {
            machine = sim.machine();
            options = sim.options();
        } else {
            int cpus = choice.guest().map(shape -> shape.cpus()).orElse(TargetChoice.Sim.CPUS);
            machine = SimMachine.flat(cpus);
        }
        options = options.withTrace(Simulated.TRACE).withDeadline(LIMIT);
        SimResult result =
                SimTarget.simulate(
                        session.policies().named(policy),
                        SimMagic.load(workload),
                        machine,
                        options);
        var simulated = new Simulated(workload, machine, options, List.of(policy), List.of(result));
        session.figures().keep(simulated);
        return new Made(
                "%s under %s, simulated".formatted(workload, policy),
                result.schedule(),
                simulated.caption(),
                policy);
    }

    /** In the guest, under a policy that is attached for it; or under the kernel's own. */
    Made record(String policy, String workload) throws TargetException, InterruptedException {
        return record(policy, BenchOptions.workload(workload));
    }

    /** As {@link #record(String, String)} does, under whatever {@code %bench} can measure. */
    Made record(String policy, Workload load) throws TargetException, InterruptedException {
        Place place = session.place();
        Contender contender = session.contender(policy);
        boolean there = contender.name().equals(RecordMagic.scheduler(place));
        if (place.attachment().isPresent() && !there) {
            throw new CellError(place.attachedName() + " is attached.")
                    .next("Detach it first: %detach");
        }
        TargetStart.start(session, call);
        try (Progress progress = call.progress("Recording " + load.title(), 1)) {
            progress.note(contender.name());
            if (!there) {
                place.schedule(contender);
            }
            Made made =
                    keep(load.title(), SchedRecorder.record(place.target(), load.command(), LIMIT));
            progress.step();
            return made;
        } finally {
            if (!there) {
                place.detach();
            }
        }
    }

    /** Records all that runs in the guest for a while, under what is attached. */
    Made recordAll(Duration time) throws TargetException, InterruptedException {
        TargetStart.start(session, call);
        return keep(
                "%s s of all tasks".formatted(time.toSeconds()),
                SchedRecorder.recordAll(session.place().target(), time));
    }

    private Made keep(String title, String text) throws TargetException, InterruptedException {
        try {
            String source = RecordMagic.where(session);
            Schedule schedule =
                    SchedTrace.readWithGaps(title, new StringReader(text)).schedule(source);
            var recorded = new Recorded(title, RecordMagic.scheduler(session.place()), schedule);
            session.figures().keep(recorded);
            return new Made(
                    "%s, %s".formatted(title, source),
                    schedule,
                    recorded.caption(),
                    recorded.policy());
        } catch (FormatException e) {
            throw new CellError(
                            "The recording cannot be read: line %d: %s."
                                    .formatted(e.line(), e.reason()))
                    .next("Record something shorter.");
        } catch (IOException e) {
            throw new AssertionError("it is read from memory", e);
        }
    }
}
