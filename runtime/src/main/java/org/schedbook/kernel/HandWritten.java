package org.schedbook.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;

/**
 * A policy that a person, or a model, wrote in C against {@code policy.h}. Its text is untrusted:
 * {@link HandText} reads it before clang does, and {@link ObjectGate} what clang makes of it.
 *
 * @param source the C
 * @param init a policy in Java whose {@code init()} creates the DSQs: attaching runs it, as it does
 *     with policies that are translated
 */
public record HandWritten(PolicySource source, PolicySource init, byte[] object, Layout layout) {

    /** What stands for a file of C in the verifier's words, after the policy's name. */
    public static final String SUFFIX = ".bpf.c";

    /** Callbacks by their name in a cell, with what they are called in policy_ops.h. */
    static final Map<String, String> CALLBACKS = new TreeMap<>(Translator.CALLBACKS);

    /** Words that need a switch of the prelude. */
    private static final Map<String, String> SWITCHES =
            Map.of(
                    "sb_ran_ns", "SB_TIMES",
                    "sb_exec_runtime_ns", "SB_TIMES",
                    "sb_start_ns", "SB_TIMES",
                    "sb_stop_ns", "SB_TIMES",
                    "SLICE_INF_NS", "SB_ENDLESS");

    private static final String DSQS = "sb_own_dsqs";

    /** What clang says of a place: file, line, column, what it is. */
    private static final Pattern SAID =
            Pattern.compile("(?m)^(\\S+?):(\\d+):(\\d+): (?:fatal )?error: (.*)$");

    /**
     * Compiles a policy.
     *
     * @throws HandWrittenException if the text, or what clang makes of it, is refused, or does not
     *     compile; says where
     * @throws ClangException if there is no clang
     */
    public static HandWritten of(PolicySource source)
            throws HandWrittenException, ClangException, InterruptedException {
        var text = new HandText(source.text());
        if (!text.problems().isEmpty()) {
            throw new HandWrittenException(text.problems());
        }
        byte[] object;
        try {
            object = Clang.compile(assemble(source, text), source, source.name() + SUFFIX);
        } catch (ClangException e) {
            List<Problem> problems = problems(e.words(), source);
            if (problems.isEmpty()) {
                throw e;
            }
            throw new HandWrittenException(problems);
        }
        var gate = new ObjectGate(object, text.maps());
        List<String> wrong = gate.problems();
        if (!wrong.isEmpty()) {
            throw new HandWrittenException(wrong.stream().map(Problem::ofWhole).toList());
        }
        var layout =
                new Layout(
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        text.callbacks().contains("selectCpu"),
                        List.of());
        return new HandWritten(source, init(source, text, gate.numbers(DSQS)), object, layout);
    }

    /**
     * Returns the policy as it is attached.
     *
     * @param compiled what {@link #init} was compiled to
     */
    public KernelPolicy policy(CompiledPolicy compiled) {
        var policy =
                new CompiledPolicy(
                        source.name(), compiled.mainClass(), compiled.classes(), source.hash());
        return new KernelPolicy(policy, object, layout, source.text(), List.of(), true);
    }

    private static Translation assemble(PolicySource source, HandText text) {
        String switches =
                SWITCHES.entrySet().stream()
                        .filter(entry -> text.words().contains(entry.getKey()))
                        .map(entry -> "#define " + entry.getValue() + "\n")
                        .distinct()
                        .sorted()
                        .collect(Collectors.joining());
        String before =
                "%s#include \"policy.h\"\n#line %d \"%s\"\n"
                        .formatted(switches, source.firstLine(), source.name() + SUFFIX);
        var after = new StringBuilder("\n");
        text.callbacks()
                .forEach(
                        name ->
                                after.append(
                                        "#define SB_HAS_%s %s\n"
                                                .formatted(CALLBACKS.get(name), name)));
        var storages = new StringBuilder();
        text.storages()
                .forEach(
                        (name, state) -> {
                            after.append(
                                    "const volatile struct %s sb_initial_%s;\n"
                                            .formatted(state, name));
                            storages.append(" S(%s, %s)".formatted(name, state));
                        });
        if (!storages.isEmpty()) {
            after.append("#define SB_STORAGES(S)").append(storages).append('\n');
        }
        after.append("#include \"policy_ops.h\"\n");
        return new Translation(
                source.name(), before, text.unified(), after.toString(), null, List.of());
    }

    /** Its lines are those of the cell, as what is wrong with a DSQ is told by line. */
    private static PolicySource init(PolicySource source, HandText text, List<Long> dsqs) {
        String creates =
                dsqs.stream().map("createDsq(%dL); "::formatted).collect(Collectors.joining());
        return new PolicySource(
                source.name(),
                "\n".repeat(Math.max(0, text.dsqsLine() - 1))
                        + "public class ByHand extends Policy { public void init() { "
                        + creates
                        + "} public void enqueue(Task task, long enqFlags) {} }\n",
                source.firstLine());
    }

    /** What clang says, in lines of the cell; what it says of the prelude is of the whole. */
    private static List<Problem> problems(String words, PolicySource source) {
        List<String> lines = source.text().lines().toList();
        var problems = new ArrayList<Problem>();
        Matcher said = SAID.matcher(words);
        while (said.find()) {
            int line = Integer.parseInt(said.group(2)) - source.firstLine() + 1;
            boolean inCell = said.group(1).equals(source.name() + SUFFIX) && line >= 1;
            String message =
                    said.group(4).equals("use of undeclared label 'sb_out'")
                            ? "a function that uses verbs ends with sb_out:; } so that they can"
                                    + " leave it"
                            : said.group(4);
            if (!inCell || line > lines.size()) {
                problems.add(Problem.ofWhole("Within policy.h, clang says: " + message));
            } else {
                int column = Math.max(1, Integer.parseInt(said.group(3)));
                problems.add(new Problem(line, column, 1, message, lines.get(line - 1)));
            }
        }
        return problems;
    }
}
