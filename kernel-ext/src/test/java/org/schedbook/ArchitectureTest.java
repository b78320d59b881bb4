package org.schedbook;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.lang.constant.ClassDesc;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.schedbook.bpf.wire_h;
import org.schedbook.policy.Policy;
import org.schedbook.prompt.PolicyPrompt;

/** The arrows of docs/architecture.md, read from the built classes: data flows one way. */
class ArchitectureTest {

    private static final String ROOT = "org.schedbook.";

    /** The root package: the one class that a program imports. Nothing here uses it. */
    private static final String FACADE = "";

    /** What each package may use of the others. */
    private static final Map<String, Set<String>> ARROWS =
            Map.ofEntries(
                    entry("bpf", Set.of()),
                    entry("policy", Set.of()),
                    entry("harness", Set.of("policy")),
                    entry("measure", Set.of()),
                    entry("child", Set.of()),
                    entry("file", Set.of()),
                    entry("compile", Set.of("child", "policy")),
                    entry("kernel", Set.of("bpf", "child", "compile", "policy")),
                    entry("posix", Set.of()),
                    entry("libbpf", Set.of("bpf", "posix")),
                    entry("ring", Set.of("bpf", "posix")),
                    entry(
                            "scx",
                            Set.of(
                                    "bpf", "harness", "kernel", "libbpf", "measure", "policy",
                                    "posix", "ring")),
                    entry("target", Set.of("compile", "kernel", "measure", "policy")),
                    entry("schedule", Set.of()),
                    entry(
                            "check",
                            Set.of(
                                    "compile",
                                    "harness",
                                    "policy",
                                    "schedule",
                                    "target",
                                    "target.sim")),
                    entry(
                            "target.sim",
                            Set.of(
                                    "child",
                                    "compile",
                                    "file",
                                    "harness",
                                    "policy",
                                    "schedule",
                                    "target")),
                    entry(
                            "target.host",
                            Set.of(
                                    "child", "compile", "harness", "kernel", "policy", "posix",
                                    "scx", "target")),
                    entry(
                            "target.vm",
                            Set.of(
                                    "child",
                                    "compile",
                                    "file",
                                    "kernel",
                                    "policy",
                                    "posix",
                                    "target",
                                    "target.host")),
                    entry(
                            "bench",
                            Set.of(
                                    "compile",
                                    "file",
                                    "kernel",
                                    "measure",
                                    "policy",
                                    "target",
                                    "target.sim")),
                    // Of the kernel only how a cell is read: a submission is read as a notebook is.
                    entry("course", Set.of("check", "compile", "jupyter", "target.sim")),
                    entry("course.hidden", Set.of("check", "course")),
                    entry("llm", Set.of("file")),
                    entry("store", Set.of()),
                    entry(
                            "prompt",
                            Set.of(
                                    "bench",
                                    "check",
                                    "child",
                                    "compile",
                                    "file",
                                    "harness",
                                    "kernel",
                                    "llm",
                                    "policy",
                                    "store",
                                    "target",
                                    "target.sim",
                                    "target.vm")),
                    entry(
                            FACADE,
                            Set.of(
                                    "bench",
                                    "compile",
                                    "plot",
                                    "policy",
                                    "session",
                                    "store",
                                    "target",
                                    "target.sim",
                                    "view")),
                    entry(
                            "sweep",
                            Set.of(
                                    "bench",
                                    "bpf",
                                    "child",
                                    "compile",
                                    "file",
                                    "kernel",
                                    "session",
                                    "target",
                                    "target.sim",
                                    "target.vm",
                                    "units")),
                    entry("units", Set.of("bench", "bpf", "child", "file", "session")),
                    entry("plot", Set.of("jupyter", "measure")),
                    entry("jupyter", Set.of("child")),
                    entry("report", Set.of("bench", "file", "jupyter", "measure", "session")),
                    entry(
                            "session",
                            Set.of(
                                    "bench",
                                    "check",
                                    "compile",
                                    "course",
                                    "kernel",
                                    "llm",
                                    "measure",
                                    "policy",
                                    "prompt",
                                    "schedule",
                                    "store",
                                    "target",
                                    "target.host",
                                    "target.sim",
                                    "target.vm")),
                    entry(
                            "view",
                            Set.of(
                                    "bench",
                                    "check",
                                    "compile",
                                    "course",
                                    "harness",
                                    "jupyter",
                                    "llm",
                                    "measure",
                                    "plot",
                                    "policy",
                                    "prompt",
                                    "schedule",
                                    "session",
                                    "store",
                                    "sweep",
                                    "target",
                                    "target.sim",
                                    "units")),
                    entry(
                            "magic",
                            Set.of(
                                    "bench",
                                    "check",
                                    "child",
                                    "compile",
                                    "course",
                                    "file",
                                    "harness",
                                    "jupyter",
                                    "kernel",
                                    "llm",
                                    "measure",
                                    "plot",
                                    "policy",
                                    "prompt",
                                    "report",
                                    "schedule",
                                    "session",
                                    "store",
                                    "sweep",
                                    "target",
                                    "target.sim",
                                    "target.vm",
                                    "units",
                                    "view")),
                    entry(
                            "tool",
                            Set.of(
                                    "bench",
                                    "check",
                                    "child",
                                    "compile",
                                    "course",
                                    "file",
                                    "jupyter",
                                    "kernel",
                                    "llm",
                                    "measure",
                                    "plot",
                                    "policy",
                                    "prompt",
                                    "report",
                                    "schedule",
                                    "session",
                                    "store",
                                    "sweep",
                                    "target",
                                    "target.sim",
                                    "target.vm",
                                    "units",
                                    "view")));

    /** The native surface: nothing else calls native code. */
    private static final Set<String> NATIVE = Set.of("bpf", "libbpf", "posix");

    private static final List<ClassModel> CLASSES = new ArrayList<>();

    @BeforeAll
    static void readBuiltClasses() throws Exception {
        for (Class<?> module : List.of(wire_h.class, Policy.class, PolicyPrompt.class)) {
            Path place =
                    Path.of(module.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                read(place);
            } else {
                try (FileSystem jar = FileSystems.newFileSystem(place)) {
                    read(jar.getPath("/"));
                }
            }
        }
    }

    private static void read(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                CLASSES.add(ClassFile.of().parse(Files.readAllBytes(file)));
            }
        }
    }

    @Test
    void everyPackageUsesOnlyWhatStandsBeforeIt() {
        var wrong = new TreeSet<String>();
        for (ClassModel model : CLASSES) {
            String from = packageOf(model.thisClass().asInternalName());
            for (String used : uses(model)) {
                String to = packageOf(used);
                if (to != null && !to.equals(from) && !ARROWS.get(from).contains(to)) {
                    wrong.add(model.thisClass().asInternalName() + " uses " + used);
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void everyPackageIsOnTheMapAndTheMapHasNoOthers() {
        var built = new TreeSet<String>();
        CLASSES.forEach(model -> built.add(packageOf(model.thisClass().asInternalName())));
        assertEquals(new TreeSet<>(ARROWS.keySet()), built);
    }

    @Test
    void onlyTheNativeSurfaceCallsNativeCode() {
        var wrong = new TreeSet<String>();
        for (ClassModel model : CLASSES) {
            String name = model.thisClass().asInternalName();
            if (!NATIVE.contains(packageOf(name))
                    && (uses(model).contains("java/lang/foreign/Linker")
                            || uses(model).contains("java/lang/foreign/SymbolLookup"))) {
                wrong.add(name);
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void processesAreMadeInOnePlaceWhichListsTheirEnvironment() {
        var wrong = new TreeSet<String>();
        for (ClassModel model : CLASSES) {
            String name = model.thisClass().asInternalName();
            boolean makesProcesses =
                    StreamSupport.stream(model.constantPool().spliterator(), false)
                            .filter(MethodRefEntry.class::isInstance)
                            .map(MethodRefEntry.class::cast)
                            .anyMatch(ArchitectureTest::makesProcess);
            if (makesProcesses && !name.equals("org/schedbook/child/ChildProcess")) {
                wrong.add(name);
            }
        }
        assertEquals(Set.of(), wrong);
    }

    @Test
    void whatANotebookKnowsIsPlainJava() {
        var wrong = new TreeSet<String>();
        for (ClassModel model : CLASSES) {
            String name = model.thisClass().asInternalName();
            if ("session".equals(packageOf(name))) {
                uses(model).stream()
                        .filter(
                                used ->
                                        used.startsWith("org/dflib/")
                                                || used.startsWith("picocli/"))
                        .forEach(used -> wrong.add(name + " uses " + used));
            }
        }
        assertEquals(Set.of(), wrong);
    }

    private static boolean makesProcess(MethodRefEntry call) {
        String method = call.owner().asInternalName() + "." + call.name().stringValue();
        return Set.of("java/lang/ProcessBuilder.<init>", "java/lang/Runtime.exec").contains(method);
    }

    @Test
    void thereIsSomethingToCheck() {
        assertTrue(CLASSES.size() > 50, CLASSES.size() + " classes");
    }

    /** The classes that a class names in code, fields and signatures, by internal name. */
    private static Set<String> uses(ClassModel model) {
        var names = new TreeSet<String>();
        StreamSupport.stream(model.constantPool().spliterator(), false)
                .filter(ClassEntry.class::isInstance)
                .map(constant -> ((ClassEntry) constant).asSymbol())
                .forEach(type -> names.add(internalName(type)));
        model.fields().forEach(field -> names.add(internalName(field.fieldTypeSymbol())));
        model.methods()
                .forEach(
                        method -> {
                            var type = method.methodTypeSymbol();
                            names.add(internalName(type.returnType()));
                            type.parameterList().forEach(p -> names.add(internalName(p)));
                        });
        return names;
    }

    private static String internalName(ClassDesc type) {
        while (type.isArray()) {
            type = type.componentType();
        }
        String descriptor = type.descriptorString();
        return type.isPrimitive() ? descriptor : descriptor.substring(1, descriptor.length() - 1);
    }

    /** The package below org.schedbook, empty for that itself, null for all others. */
    private static String packageOf(String internalName) {
        String name = internalName.replace('/', '.');
        if (!name.startsWith(ROOT)) {
            return null;
        }
        return name.substring(ROOT.length(), Math.max(ROOT.length(), name.lastIndexOf('.')));
    }
}
