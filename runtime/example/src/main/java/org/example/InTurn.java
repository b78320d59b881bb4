package org.example;

import static org.schedbook.check.Check.runs;
import static org.schedbook.check.Check.tasks;
import static org.schedbook.check.Check.textbook;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.schedbook.check.Ran;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.AttachOptions;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.VmTarget;

/** Simulates a policy and, with the argument {@code attach}, has it schedule a guest's kernel. */
public final class InTurn {

    private InTurn() {}

    public static void main(String[] args) throws Exception {
        System.out.println(simulated());
        if (List.of(args).contains("attach")) {
            attach();
        }
    }

    /** A policy is a source: what runs it, wherever that is, compiles and checks it first. */
    static CompiledPolicy policy() throws CompileException, IOException {
        try (InputStream source = InTurn.class.getResourceAsStream("/in-turn.java")) {
            var text = new String(source.readAllBytes(), StandardCharsets.UTF_8);
            return new PolicyCompiler().compile(new PolicySource("in-turn", text));
        }
    }

    static Ran simulated() throws CompileException, IOException, InterruptedException {
        var two = tasks().task("a", runs(6)).task("b", runs(6));
        return textbook(1).run(two, policy());
    }

    private static void attach()
            throws CompileException, IOException, TargetException, InterruptedException {
        try (VmTarget guest = VmTarget.boot();
                Attachment attached = guest.attach(policy(), AttachOptions.DEFAULT)) {
            var work = List.of("perf", "bench", "sched", "messaging", "-g", "1", "-l", "20");
            System.out.println(guest.run(work, Duration.ofMinutes(1)).output());
            var status = attached.status();
            System.out.printf(
                    "%s %s, %d tasks enqueued%n",
                    status.policy(), status.state(), status.counters().get("nr_enqueued"));
        }
    }
}
