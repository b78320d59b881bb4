package org.schedbook.view;

import java.util.Locale;
import java.util.function.Function;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.DisplayDataRenderable;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.schedbook.bench.BenchResult;
import org.schedbook.bench.Suite;
import org.schedbook.check.Points;
import org.schedbook.check.Ran;
import org.schedbook.check.Sweep;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Renderable;
import org.schedbook.policy.ExitInfo;
import org.schedbook.schedule.Schedule;
import org.schedbook.session.Recorded;
import org.schedbook.session.Simulated;
import org.schedbook.target.Attachment;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;

/** How the values of the stages below look as the value of a cell; they know of no notebook. */
public final class Renderers {

    /** Has a notebook show them. */
    public static void register(Renderer renderer) {
        as(renderer, BenchResult.class, BenchView::table);
        as(renderer, Suite.class, BenchView::table);
        as(renderer, Simulated.class, SimulatedView::new);
        as(renderer, Schedule.class, Renderers::schedule);
        as(renderer, Ran.class, CheckView::ran);
        as(renderer, Points.class, CheckView::points);
        as(renderer, Sweep.class, CheckView::sweep);
        as(renderer, CompiledPolicy.class, Renderers::policy);
        as(renderer, Status.class, Renderers::status);
        as(renderer, Attachment.class, Renderers::attachment);
        as(renderer, ExitInfo.class, exit -> StatusCard.exit(new Card("Detached"), exit));
        as(renderer, Target.class, Renderers::target);
    }

    private static <T> void as(
            Renderer renderer, Class<T> type, Function<T, DisplayDataRenderable> view) {
        renderer.createRegistration(type)
                .register((value, context) -> view.apply(value).render(context));
    }

    private static Card policy(CompiledPolicy policy) {
        int bytes = policy.classes().values().stream().mapToInt(each -> each.length).sum();
        return new Card("Policy " + policy.name())
                .row("class", policy.mainClass())
                .row("source", policy.sourceHash().substring(0, 8))
                .row("size", String.format(Locale.ROOT, "%,d bytes", bytes));
    }

    private static DisplayDataRenderable schedule(Schedule schedule) {
        if (schedule.runs().isEmpty() || schedule.endNs() == 0) {
            return (Renderable) () -> new DisplayData(schedule.toString());
        }
        return ScheduleChart.of(new ScheduleChart.Labelled("", schedule))
                .timeline(
                        "A schedule, %s".formatted(schedule.source()),
                        new Recorded("", "", schedule).caption());
    }

    private static Card status(Status status) {
        return StatusCard.counters(new Card(status.policy()), status);
    }

    private static Card attachment(Attachment attachment) {
        try {
            return status(attachment.status());
        } catch (TargetException e) {
            return new Card("The policy's target does not answer")
                    .row("problem", e.getMessage())
                    .row("next", e.nextStep());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Card("Interrupted");
        }
    }

    private static Card target(Target target) {
        Machine machine = target.machine();
        return StatusCard.card(target, "Target").row("java", machine.java());
    }

    private Renderers() {}
}
