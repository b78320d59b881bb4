package org.schedbook.magic;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.schedbook.bench.Messaging;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.LiveDisplay;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.Watched;
import org.schedbook.target.Attachment;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.view.TopFrame;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %top}: watches the attached policy at work. */
@Command(
        description = {
            "Watches the attached policy at work, once a second.",
            "",
            "Shows what each CPU has to do, how many decisions the policy makes and how long tasks"
                    + " wait for them, and what the scheduler itself costs. The last picture is"
                    + " the mean over the whole time. Interrupting the cell ends it early.",
        },
        footer = {"Examples:", "  %top", "  %top messaging --seconds 20"})
final class TopMagic implements Magic {

    private static final Duration LOAD_LIMIT = Duration.ofMinutes(10);

    @Parameters(
            paramLabel = "WORKLOAD",
            completionCandidates = Candidates.Loads.class,
            arity = "0..1",
            description = "What to run meanwhile, again and again; nothing unless given.")
    private String workload;

    @Option(
            names = {"-s", "--seconds"},
            paramLabel = "N",
            defaultValue = "10",
            description = "How long (${DEFAULT-VALUE}).")
    private int seconds;

    private final Session session;

    TopMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        if (seconds < 1) {
            throw new CellError("--seconds is 1 or more.").next("Leave it out for 10.");
        }
        Attachment attachment =
                session.place()
                        .attachment()
                        .orElseThrow(
                                () ->
                                        new CellError("No policy is attached.")
                                                .next("Attach one: %attach fifo"));
        List<String> load = load();
        Thread running = load.isEmpty() ? null : start(load, session.place().target());
        try {
            watch(attachment, call);
        } finally {
            if (running != null) {
                running.interrupt();
                running.join();
            }
        }
        return null;
    }

    private List<String> load() {
        if (workload == null) {
            return List.of();
        }
        if (!workload.equals(Messaging.NAME)) {
            throw new CellError("There is no workload named '" + workload + "'.")
                    .next("Use " + Messaging.NAME + ".");
        }
        return Messaging.SMALL.command();
    }

    /** Runs a command in the guest until its thread is interrupted. */
    private static Thread start(List<String> command, Target target) {
        return Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                while (!Thread.currentThread().isInterrupted()) {
                                    target.run(command, LOAD_LIMIT);
                                }
                            } catch (InterruptedException e) {
                                Thread.currentThread().interrupt();
                            } catch (TargetException e) {
                                // What is wrong with the guest is found by who watches it.
                            }
                        });
    }

    private void watch(Attachment attachment, MagicCall call) throws TargetException {
        String name = session.place().attachedName();
        String machine = session.place().running().map(t -> t.machine().caption()).orElse("");
        Watched.Sample first;
        try {
            first = Watched.Sample.of(attachment);
        } catch (InterruptedException e) {
            return;
        }
        var frame = new AtomicReference<>(new TopFrame(name, first, first));
        var samples = new ArrayList<>(List.of(first));
        Watched.Sample last = first;
        try (var display = new LiveDisplay(call.frontend(), () -> frame.get().bundle())) {
            try {
                for (int i = 0; i < seconds && !last.ended(); i++) {
                    Thread.sleep(Duration.ofSeconds(1));
                    Watched.Sample now = Watched.Sample.of(attachment);
                    frame.set(new TopFrame(name, last, now));
                    last = now;
                    samples.add(now);
                    display.changed();
                }
            } catch (InterruptedException e) {
                // The person has seen enough, which is no failure.
            }
            frame.set(new TopFrame(name, first, last));
            session.figures().keep(new Watched(name, machine, samples));
        }
    }
}
