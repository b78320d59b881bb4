package org.schedbook.target.sim;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.schedbook.child.WorkerLoop;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.target.TargetException;

/** The process that simulates for a {@link SimulatorProcess}. */
final class SimWorker {

    /** What to simulate: a workload under each of some policies. */
    record Job(
            List<CompiledPolicy> policies,
            SimWorkload workload,
            SimMachine machine,
            SimOptions options) {}

    /** What came of it: a result for each policy, or why there is none. */
    record Answer(List<SimResult> results, Failure failure) {}

    /** What {@link SimTarget#simulateAllHere} threw. */
    record Failure(Kind kind, String message, String nextStep, String detail) {

        enum Kind {
            TARGET,
            ARGUMENT,
            STATE
        }
    }

    private static final int MAX_FRAMES = 20;

    public static void main(String[] args) {
        WorkerLoop.serve(Job.class, SimWorker::answer);
    }

    private static Answer answer(Job job) {
        try {
            return new Answer(
                    SimTarget.simulateAllHere(
                            job.policies(), job.workload(), job.machine(), job.options()),
                    null);
        } catch (TargetException e) {
            return failed(Failure.Kind.TARGET, e.getMessage(), e.nextStep(), e.detail());
        } catch (IllegalArgumentException e) {
            return failed(Failure.Kind.ARGUMENT, e.getMessage(), "", "");
        } catch (IllegalStateException e) {
            return failed(Failure.Kind.STATE, e.getMessage(), "", "");
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        } catch (OutOfMemoryError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            // It may be the policy's own, and say anything, or never say it.
            return failed(
                    Failure.Kind.TARGET,
                    "The simulation of %s ended by an exception of class %s."
                            .formatted(
                                    SimulatorProcess.names(job.policies()), e.getClass().getName()),
                    "Look for what the policy throws; if it throws nothing, this is a defect of the"
                            + " simulator.",
                    Stream.of(e.getStackTrace())
                            .limit(MAX_FRAMES)
                            .map(StackTraceElement::toString)
                            .collect(Collectors.joining("\n")));
        }
    }

    private static Answer failed(
            Failure.Kind kind, String message, String nextStep, String detail) {
        return new Answer(List.of(), new Failure(kind, message, nextStep, detail));
    }

    private SimWorker() {}
}
