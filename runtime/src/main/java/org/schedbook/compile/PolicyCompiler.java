package org.schedbook.compile;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.reflect.AccessFlag;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.policy.Policy;

/**
 * Compiles a {@link PolicySource} in memory with the JDK's own compiler. The policy API and {@code
 * java.util} need not be imported. What compiles then goes through the {@link PolicyCheck}. One
 * instance keeps its file manager, so that every compilation after the first is fast; it may be
 * used by one thread at a time.
 */
public final class PolicyCompiler implements Compiler {

    /** The longest source, in characters: some thirty times the longest policy of ours. */
    static final int MAX_SOURCE = 1 << 16;

    /** What is kept of the compiler's words for a problem: they may name a type without end. */
    private static final int MAX_MESSAGE = 2000;

    /** Put before the source on its first line, so that line numbers stay those of the source. */
    static final String IMPORTS = "import org.schedbook.policy.*; import java.util.*; ";

    /**
     * Not {@code --release}: looking classes up in the description of a release takes half of the
     * time of a compilation.
     */
    private static final List<String> LANGUAGE =
            List.of("--source", "25", "--target", "25", "-proc:none", "-Xlint:none");

    private static final List<String> OPTIONS = options("-g", "-XDuseUnsharedTable");

    private static final Pattern PACKAGE = Pattern.compile("(?m)^\\s*package\\s");

    private static final Pattern MODULE = Pattern.compile("\\bmodule\\s+[\\w.]+\\s*\\{");

    private static final String POLICY = Policy.class.getName().replace('.', '/');

    private final JavaCompiler javac;
    private final StandardJavaFileManager files;

    /**
     * @throws IllegalStateException if this Java has no compiler, that is, if it is a JRE
     */
    public PolicyCompiler() {
        javac = ToolProvider.getSystemJavaCompiler();
        if (javac == null) {
            throw new IllegalStateException("Compiling policies needs a JDK, and this is a JRE");
        }
        files = javac.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        try {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of(policyApi()));
            // The jar holds the API's sources too, for reading; javac is not to compile them anew.
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the options of javac for all that reads a policy, and further ones. */
    public static List<String> options(String... more) {
        return Stream.concat(LANGUAGE.stream(), Stream.of(more)).toList();
    }

    /**
     * Compiles and checks a source; its problems are in the coordinates of the source's own text.
     *
     * @throws RefusedException if it compiles and the {@link PolicyCheck} refuses it
     */
    @Override
    public CompiledPolicy compile(PolicySource source) throws CompileException {
        if (source.text().isBlank()) {
            throw CompileException.ofWhole("There is no source: write a class that extends Policy");
        }
        checkLength(source);
        try {
            return compileAndCheck(source);
        } catch (StackOverflowError e) {
            throw CompileException.tooDeep();
        } catch (RuntimeException | AssertionError e) {
            // javac throws what it did not expect.
            if (MODULE.matcher(source.text()).find()) {
                throw CompileException.ofWhole(
                        "A policy is a class, and this declares a module: write 'public class MyPolicy"
                                + " extends Policy { ... }'");
            }
            throw CompileException.tooComplicated("the compiler failed with " + e);
        }
    }

    static void checkLength(PolicySource source) throws CompileException {
        if (source.text().length() > MAX_SOURCE) {
            throw CompileException.ofWhole(
                    "The source has %,d characters, and a policy has %,d at most"
                            .formatted(source.text().length(), MAX_SOURCE));
        }
    }

    private CompiledPolicy compileAndCheck(PolicySource source) throws CompileException {
        var diagnostics = new DiagnosticCollector<JavaFileObject>();
        var output = new ClassOutput(files);
        var text = new SourceText(source);
        var task =
                javac.getTask(
                        new StringWriter(), output, diagnostics, OPTIONS, null, List.of(text));
        boolean compiled = task.call();
        if (!compiled) {
            throw new CompileException(problems(source, text, diagnostics));
        }
        Map<String, byte[]> classes = output.classes();
        String policyClass = policyClass(classes.values());
        List<Refusal> refusals = PolicyCheck.check(classes);
        if (!refusals.isEmpty()) {
            throw new RefusedException(
                    refusals.stream().map(refusal -> refusal.problem(source)).toList());
        }
        return new CompiledPolicy(source.name(), policyClass, classes, source.hash());
    }

    private static List<Problem> problems(
            PolicySource source, SourceText text, DiagnosticCollector<JavaFileObject> diagnostics) {
        var errors =
                diagnostics.getDiagnostics().stream()
                        .filter(d -> d.getKind() == Diagnostic.Kind.ERROR)
                        .map(d -> problem(source, text, d))
                        .toList();
        return errors.isEmpty()
                ? List.of(CompileException.complicated("the compiler gave up on it"))
                : errors;
    }

    private static Problem problem(
            PolicySource source, SourceText javacs, Diagnostic<?> diagnostic) {
        String message = cut(diagnostic.getMessage(Locale.ENGLISH));
        if (diagnostic.getPosition() == Diagnostic.NOPOS) {
            return Problem.ofWhole(message);
        }
        int line = javacs.line(diagnostic.getLineNumber());
        String text = source.text().lines().skip(line - 1L).findFirst().orElse("");
        int column = javacs.column(diagnostic.getLineNumber(), diagnostic.getColumnNumber());
        if (PACKAGE.matcher(text).find()) {
            message = "A policy is in no package: leave this line out";
        }
        int length = (int) (diagnostic.getEndPosition() - diagnostic.getPosition());
        column = Math.clamp(column, 1, text.length() + 1);
        length = Math.clamp(length, 1, Math.max(1, text.length() + 1 - column));
        return new Problem(line, column, length, message, text);
    }

    private static String cut(String message) {
        return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "…";
    }

    /** Finds the one concrete class that extends Policy, directly or not. */
    private static String policyClass(Iterable<byte[]> classFiles) throws CompileException {
        var models = new TreeMap<String, ClassModel>();
        for (byte[] bytes : classFiles) {
            ClassModel model = ClassFile.of().parse(bytes);
            models.put(model.thisClass().asInternalName(), model);
        }
        var policies =
                models.keySet().stream()
                        .filter(name -> extendsPolicy(name, models))
                        .filter(name -> !models.get(name).flags().has(AccessFlag.ABSTRACT))
                        .map(name -> name.replace('/', '.'))
                        .toList();
        if (policies.isEmpty()) {
            throw CompileException.ofWhole(
                    "No class here extends Policy: write 'public class MyPolicy extends Policy {"
                            + " ... }'");
        }
        if (policies.size() > 1) {
            throw CompileException.ofWhole(
                    "Several classes extend Policy (%s): keep one, or make the others abstract"
                            .formatted(String.join(", ", policies)));
        }
        return policies.getFirst();
    }

    private static boolean extendsPolicy(String name, Map<String, ClassModel> models) {
        while (models.containsKey(name)) {
            name =
                    models.get(name)
                            .superclass()
                            .map(superclass -> superclass.asInternalName())
                            .orElse("");
        }
        return name.equals(POLICY);
    }

    /** Where the policy API was loaded from: right in any class loader, unlike java.class.path. */
    public static Path policyApi() {
        try {
            return Path.of(
                    Policy.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class ClassOutput extends ForwardingJavaFileManager<JavaFileManager> {

        private final Map<String, ByteArrayOutputStream> outputs = new TreeMap<>();

        ClassOutput(JavaFileManager files) {
            super(files);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            var bytes = new ByteArrayOutputStream();
            outputs.put(className, bytes);
            return new SimpleJavaFileObject(
                    URI.create("cell:///" + className.replace('.', '/') + kind.extension), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classes() {
            var classes = new TreeMap<String, byte[]>();
            outputs.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
            return classes;
        }
    }
}
