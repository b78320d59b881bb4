package org.schedbook.prompt;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.Compiler;
import org.schedbook.llm.Completion;

/** Sends answers through the gates, the cheapest first, up to the first that one does not pass. */
public final class Gates {

    /** The gates there are by the names of their texts, in their order. */
    static final List<String> NAMES =
            List.of("extract", "compile", "check", "simulate", "promise", "attach", "kernel");

    /** Is told what happens, as it happens, on the calling thread. */
    public interface Observer {

        /** A gate that takes a moment begins. */
        default void tries(Gate gate) {}

        /**
         * A gate is passed.
         *
         * @param detail a few words to it; may be empty
         */
        default void passed(Gate gate, String detail) {}

        /** A gate is left out. */
        default void skipped(Gate gate, String why) {}
    }

    private final Compiler compiler;
    private final List<Gate> gates;

    /** Answers that came at once share the processes and the guest of gates by turns. */
    private final ReentrantLock turn = new ReentrantLock();

    /**
     * @param trials the gates after those that only read the answer
     */
    public Gates(Compiler compiler, List<? extends Gate> trials) {
        this(compiler, SourceGate.values(), trials);
    }

    private Gates(Compiler compiler, Gate[] reading, List<? extends Gate> trials) {
        this.compiler = compiler;
        var all = new ArrayList<Gate>(List.of(reading));
        all.addAll(trials);
        this.gates = List.copyOf(all);
    }

    /**
     * Returns the gates that every answer goes through.
     *
     * @param simulation the gate in the simulator
     * @param guest the gate in a guest; empty to leave it out
     */
    public static Gates standard(
            Compiler compiler, DryRun simulation, Optional<? extends Trial> guest) {
        return new Gates(compiler, trials(simulation, guest));
    }

    /** Returns the gates for answers of a form; for Java those that are {@link #standard}. */
    public static Gates of(
            Form form, Compiler compiler, DryRun simulation, Optional<GuestTrial> guest) {
        var inKernel = new InKernelGate(guest);
        if (form == Form.BPF) {
            return new Gates(compiler, HandWrittenGate.values(), List.of(inKernel));
        }
        List<Gate> trials = trials(simulation, guest);
        if (form == Form.IN_KERNEL) {
            trials.add(inKernel);
        }
        return new Gates(compiler, trials);
    }

    private static List<Gate> trials(DryRun simulation, Optional<? extends Trial> guest) {
        var trials = new ArrayList<Gate>(List.of(simulation, new PromiseTrial()));
        guest.ifPresent(trials::add);
        return trials;
    }

    static String repairText(String name) {
        return "repair-" + name + ".md";
    }

    /**
     * Judges an answer.
     *
     * @param name what to call the policy
     */
    public Verdict judge(Completion answer, String name, Observer observer)
            throws InterruptedException {
        turn.lockInterruptibly();
        try {
            return judgeAlone(answer, name, observer);
        } finally {
            turn.unlock();
        }
    }

    private Verdict judgeAlone(Completion answer, String name, Observer observer)
            throws InterruptedException {
        var draft = new Draft(answer, name, compiler);
        var passed = new LinkedHashMap<Gate, String>();
        var skipped = new LinkedHashMap<Gate, String>();
        String behaviour = "";
        for (Gate gate : gates) {
            observer.tries(gate);
            Gate.Result result = gate.run(draft);
            if (!result.passed()) {
                return verdict(draft, behaviour, passed, skipped, gate, result.problems());
            }
            if (!result.skipped().isEmpty()) {
                skipped.put(gate, result.skipped());
                observer.skipped(gate, result.skipped());
                continue;
            }
            behaviour = behaviour.isEmpty() ? result.behaviour() : behaviour;
            passed.put(gate, result.detail());
            observer.passed(gate, result.detail());
        }
        return verdict(draft, behaviour, passed, skipped, null, List.of());
    }

    private static Verdict verdict(
            Draft draft,
            String behaviour,
            Map<Gate, String> passed,
            Map<Gate, String> skipped,
            Gate failed,
            List<Problem> problems) {
        return new Verdict(
                draft.answer(),
                draft.source(),
                draft.compiled(),
                Optional.of(behaviour).filter(hash -> !hash.isEmpty()),
                passed,
                skipped,
                Optional.ofNullable(failed),
                problems);
    }
}
