package org.schedbook.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.InvocationTargetException;
import java.util.List;
import java.util.Map;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfObject;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Topology;
import org.schedbook.scx.PolicyImage;

/**
 * Compares what methods of a policy compute in Java and in BPF: {@code long e0()}, {@code long
 * e1()} and so on, which the policy must call somewhere. They run in this machine's kernel, which
 * takes root.
 */
final class Differential {

    private static final String FAULT = "fault";

    private Differential() {}

    /**
     * @param methods how many there are
     * @param rounds how often all run, in order; what they leave in fields is there the next time
     */
    static void compare(PolicySource source, int methods, int rounds) throws Exception {
        Translation translation = Translator.translate(source);
        Policy policy = new PolicyCompiler().compile(source).newPolicy();
        byte[] elf = Clang.compile(harness(translation, methods), source);
        Snapshot snapshot = Snapshot.of(policy, translation.layout(), new Topology(List.of()));
        Map<String, ElfObject.Variable> symbols = ElfObject.of(elf).variables();
        try (BpfObject object = BpfObject.open(elf, "differential")) {
            var image = new PolicyImage(object, symbols, translation.layout(), snapshot);
            image.setFields();
            try {
                object.load();
            } catch (BpfException e) {
                String end = e.log().substring(Math.max(0, e.log().length() - 3000));
                throw new AssertionError("This runs in the kernel, as root: " + end, e);
            }
            image.fillArrays();
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < methods; i++) {
                    assertEquals(
                            inJava(policy, i),
                            inBpf(object, symbols, i),
                            "round %d: %s\n%s"
                                    .formatted(
                                            round,
                                            line(source.text(), " e" + i + "()"),
                                            line(translation.c(), " e" + i + "(SB)")));
                }
            }
        }
    }

    /** Each expression is the value of a method of its own; all run in order, several times. */
    static void same(String members, List<String> expressions, int rounds) throws Exception {
        var methods = new StringBuilder();
        var calls = new StringBuilder();
        for (int i = 0; i < expressions.size(); i++) {
            String body = expressions.get(i);
            methods.append(
                    "    long e%d() { %s\n    }\n"
                            .formatted(i, body.contains("return") ? body : "return " + body + ";"));
            calls.append(" e%d();".formatted(i));
        }
        var source =
                new PolicySource(
                        "objects",
                        """
                        import java.util.concurrent.atomic.*;
                        public class Tried extends Policy {
                        %s
                        %s
                            public void enqueue(Task task, long enqFlags) {%s }
                        }
                        """
                                .formatted(members, methods, calls));
        compare(source, expressions.size(), rounds);
    }

    private static Translation harness(Translation translation, int methods) {
        var programs = new StringBuilder("s64 values[256]; u32 failed[256];\n");
        for (int i = 0; i < methods; i++) {
            programs.append(
                    """
                    SEC("syscall") int x%1$d(void *unused)
                    {
                    	struct sb_call call = {};
                    	values[%1$d] = e%1$d(&call);
                    	failed[%1$d] = call.failed;
                    	return 0;
                    }
                    """
                            .formatted(i));
        }
        return new Translation(
                translation.name(),
                translation.before(),
                translation.c(),
                programs.toString(),
                translation.layout(),
                List.of());
    }

    private static String inJava(Policy policy, int index) throws Exception {
        var method = policy.getClass().getDeclaredMethod("e" + index);
        method.setAccessible(true);
        try {
            return method.invoke(policy).toString();
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof ArithmeticException
                    || e.getCause() instanceof IndexOutOfBoundsException
                    || e.getCause() instanceof IllegalArgumentException
                    || e.getCause() instanceof NullPointerException) {
                return FAULT;
            }
            throw e;
        }
    }

    private static String inBpf(
            BpfObject object, Map<String, ElfObject.Variable> symbols, int index)
            throws BpfException {
        object.run("x" + index);
        MemorySegment memory = object.variables(symbols.get("values").section());
        boolean failed =
                memory.get(
                                ValueLayout.JAVA_INT_UNALIGNED,
                                symbols.get("failed").offset() + 4L * index)
                        != 0;
        return failed
                ? FAULT
                : Long.toString(
                        memory.get(
                                ValueLayout.JAVA_LONG_UNALIGNED,
                                symbols.get("values").offset() + 8L * index));
    }

    private static String line(String text, String part) {
        return text.lines().filter(l -> l.contains(part)).findFirst().orElse("");
    }
}
