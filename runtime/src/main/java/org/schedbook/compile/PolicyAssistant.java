package org.schedbook.compile;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ErroneousTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Scope;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.ElementFilter;
import javax.tools.DiagnosticListener;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.schedbook.policy.Policy;

/**
 * What an editor asks of a policy that is being written: which names may stand at a place, and what
 * a name means. The source may be unfinished. It is read by javac together with the sources of the
 * policy API, which is where the documentation comes from; nothing is compiled.
 */
public final class PolicyAssistant {

    /**
     * Names that may stand at a place.
     *
     * @param start where in the source the name being typed starts, from 0
     * @param names names that start as it does; a method's ends in {@code (}, or in {@code ()} if
     *     it takes nothing
     */
    public record Completion(int start, List<String> names) {}

    /** Stands in for the name being typed, so that there is a tree at its place. */
    private static final String PLACEHOLDER = "schedbookPlaceholder";

    // An unfinished source has errors, and is looked at all the same.
    private static final List<String> OPTIONS =
            PolicyCompiler.options("-XDshould-stop.ifError=FLOW");

    private static final List<String> API =
            List.of(
                    "Dsq",
                    "Enq",
                    "ExitInfo",
                    "Kick",
                    "Policy",
                    "PolicyException",
                    "Scx",
                    "Task",
                    "TaskStorage",
                    "Topology");

    private final JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    private final StandardJavaFileManager files = files(javac);
    private final List<JavaFileObject> api = API.stream().map(PolicyAssistant::apiSource).toList();

    /**
     * Completes the name that ends at a place.
     *
     * @param at a place in the source, from 0
     */
    public Completion complete(String source, int at) {
        int start = wordStart(source, at);
        String typed = source.substring(start, at);
        var analysis =
                new Analysis(
                        source.substring(0, start)
                                + PLACEHOLDER
                                + source.substring(wordEnd(source, at)));
        var names = new TreeSet<String>();
        analysis.visible(start).stream()
                .filter(element -> element.getSimpleName().toString().startsWith(typed))
                .map(PolicyAssistant::asTyped)
                .forEach(names::add);
        names.remove(PLACEHOLDER);
        return new Completion(start, List.copyOf(names));
    }

    /**
     * Returns the declaration and the Javadoc of the name at a place, or among the arguments of a
     * call those of the method called, if it has a meaning.
     */
    public Optional<String> explain(String source, int at) {
        int start = wordStart(source, Math.min(at, source.length()));
        if (start == wordEnd(source, start)) {
            start = wordStart(source, openParenthesis(source, start));
        }
        int end = wordEnd(source, start);
        if (start == end) {
            return Optional.empty();
        }
        var analysis = new Analysis(source);
        return analysis.meaning(start, source.substring(start, end)).map(analysis::describe);
    }

    /** Where the parenthesis opens that a place is directly inside of, or 0. */
    private static int openParenthesis(String source, int at) {
        int closed = 0;
        for (int i = at - 1; i >= 0 && ";{}".indexOf(source.charAt(i)) < 0; i--) {
            if (source.charAt(i) == ')') {
                closed++;
            } else if (source.charAt(i) == '(' && closed-- == 0) {
                return i;
            }
        }
        return 0;
    }

    /** Returns where the word starts that is written at a place. */
    public static int wordStart(String source, int at) {
        int start = at;
        while (start > 0 && Character.isJavaIdentifierPart(source.charAt(start - 1))) {
            start--;
        }
        return start;
    }

    private static int wordEnd(String source, int at) {
        int end = at;
        while (end < source.length() && Character.isJavaIdentifierPart(source.charAt(end))) {
            end++;
        }
        return end;
    }

    private static String asTyped(Element element) {
        return element instanceof ExecutableElement method
                ? method.getSimpleName() + (method.getParameters().isEmpty() ? "()" : "(")
                : element.getSimpleName().toString();
    }

    /** Kept, since each new one looks through the JDK again. All else is among the sources. */
    private static StandardJavaFileManager files(JavaCompiler javac) {
        StandardJavaFileManager files =
                javac.getStandardFileManager(null, Locale.ENGLISH, StandardCharsets.UTF_8);
        try {
            files.setLocationFromPaths(StandardLocation.CLASS_PATH, List.of());
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return files;
    }

    private static JavaFileObject apiSource(String type) {
        String file = "source/" + type + ".java";
        try (InputStream in = Policy.class.getResourceAsStream(file)) {
            return new Text(file, new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Text extends SimpleJavaFileObject {

        private final String text;

        Text(String file, String text) {
            super(URI.create("cell:///" + file), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }

        /** A public class need not be named like the cell. */
        @Override
        public boolean isNameCompatible(String simpleName, Kind kind) {
            return true;
        }
    }

    /** One source, read and attributed. Places are those of the source without the imports. */
    private final class Analysis {

        private final JavacTask task;
        private final Trees trees;
        private CompilationUnitTree unit;

        Analysis(String source) {
            var units = new ArrayList<JavaFileObject>();
            units.add(new Text("Cell.java", PolicyCompiler.IMPORTS + source));
            units.addAll(api);
            DiagnosticListener<JavaFileObject> nobody = diagnostic -> {};
            task =
                    (JavacTask)
                            javac.getTask(new StringWriter(), files, nobody, OPTIONS, null, units);
            trees = Trees.instance(task);
            try {
                unit = task.parse().iterator().next();
                task.analyze();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** The elements that may be named at the placeholder, which starts at a place. */
        List<? extends Element> visible(int start) {
            TreePath path = path(start);
            if (path != null && path.getLeaf() instanceof MemberSelectTree select) {
                TreePath owner = new TreePath(path, select.getExpression());
                return members(owner, trees.getTypeMirror(owner));
            }
            var visible = new ArrayList<Element>();
            for (Scope scope = scope(path); scope != null; scope = scope.getEnclosingScope()) {
                scope.getLocalElements().forEach(visible::add);
                if (scope.getEnclosingClass() != null) {
                    visible.addAll(accessible(scope, scope.getEnclosingClass(), false));
                }
            }
            API.forEach(
                    type ->
                            visible.add(
                                    task.getElements()
                                            .getTypeElement(
                                                    Policy.class.getPackageName() + "." + type)));
            visible.removeIf(PolicyAssistant::isNotForPolicies);
            return visible;
        }

        private Scope scope(TreePath path) {
            try {
                return path == null ? null : trees.getScope(path);
            } catch (RuntimeException e) {
                // javac gives up on some broken sources; then only the API's types are offered.
                return null;
            }
        }

        private List<? extends Element> members(TreePath owner, TypeMirror type) {
            if (type == null || type.getKind() != TypeKind.DECLARED) {
                return List.of();
            }
            var element = (TypeElement) ((DeclaredType) type).asElement();
            Element named = trees.getElement(owner);
            boolean onlyStatic =
                    named != null && (named.getKind().isClass() || named.getKind().isInterface());
            return accessible(scope(owner), element, onlyStatic);
        }

        private List<Element> accessible(Scope scope, TypeElement type, boolean onlyStatic) {
            var members = new ArrayList<Element>();
            for (Element member : task.getElements().getAllMembers(type)) {
                boolean ofObject =
                        member.getEnclosingElement().toString().equals(Object.class.getName());
                boolean wanted = !onlyStatic || member.getModifiers().contains(Modifier.STATIC);
                if (wanted
                        && !ofObject
                        && member.getKind() != ElementKind.CONSTRUCTOR
                        && (scope == null
                                || trees.isAccessible(
                                        scope, member, (DeclaredType) type.asType()))) {
                    members.add(member);
                }
            }
            return members;
        }

        /** What the name that starts at a place means. */
        Optional<Element> meaning(int start, String name) {
            TreePath path = path(start);
            Element element = path == null ? null : trees.getElement(path);
            if (element != null
                    && element.asType().getKind() != TypeKind.ERROR
                    && element.getSimpleName().contentEquals(name)) {
                return Optional.of(element);
            }
            // In a place that javac could not read: what the API means by the name.
            return API.stream()
                    .map(type -> Policy.class.getPackageName() + "." + type)
                    .map(task.getElements()::getTypeElement)
                    .flatMap(
                            type ->
                                    type.getSimpleName().contentEquals(name)
                                            ? List.of((Element) type).stream()
                                            : type.getEnclosedElements().stream()
                                                    .map(Element.class::cast))
                    .filter(each -> each.getSimpleName().contentEquals(name))
                    .filter(each -> !isNotForPolicies(each))
                    .findFirst();
        }

        /** The tree that has its name at a place. */
        private TreePath path(int start) {
            long at = start + (long) PolicyCompiler.IMPORTS.length();
            var innermost = new TreePath[1];
            new TreePathScanner<Void, Void>() {
                @Override
                public Void scan(Tree tree, Void unused) {
                    var positions = trees.getSourcePositions();
                    if (tree != null
                            && positions.getStartPosition(unit, tree) <= at
                            && at < positions.getEndPosition(unit, tree)) {
                        innermost[0] =
                                getCurrentPath() == null
                                        ? new TreePath(unit)
                                        : new TreePath(getCurrentPath(), tree);
                    }
                    return super.scan(tree, unused);
                }

                @Override
                public Void visitErroneous(ErroneousTree tree, Void unused) {
                    return scan(tree.getErrorTrees(), unused);
                }
            }.scan(unit, null);
            return innermost[0];
        }

        String describe(Element element) {
            String doc = documentation(element);
            return declaration(element) + (doc.isEmpty() ? "" : "\n\n" + doc);
        }

        private String documentation(Element element) {
            String own = comment(element);
            if (own != null || !(element instanceof ExecutableElement method)) {
                return own == null ? "" : own;
            }
            // A callback that a policy overrides is documented where the API declares it.
            var type = (TypeElement) method.getEnclosingElement();
            return ElementFilter.methodsIn(
                            task.getElements()
                                    .getTypeElement(Policy.class.getName())
                                    .getEnclosedElements())
                    .stream()
                    .filter(declared -> task.getElements().overrides(method, declared, type))
                    .map(this::comment)
                    .findFirst()
                    .orElse("");
        }

        private String comment(Element element) {
            TreePath path = trees.getPath(element);
            String comment = path == null ? null : trees.getDocComment(path);
            return comment == null ? null : JavadocText.plain(comment);
        }

        private String declaration(Element element) {
            return switch (element) {
                case ExecutableElement method when method.getKind() == ElementKind.METHOD ->
                        name(method.getReturnType())
                                + " "
                                + method.getEnclosingElement().getSimpleName()
                                + "."
                                + method.getSimpleName()
                                + method.getParameters().stream()
                                        .map(p -> name(p.asType()) + " " + p.getSimpleName())
                                        .collect(Collectors.joining(", ", "(", ")"));
                case VariableElement variable ->
                        name(variable.asType())
                                + " "
                                + (variable.getKind().isField()
                                        ? variable.getEnclosingElement().getSimpleName() + "."
                                        : "")
                                + variable.getSimpleName()
                                + (variable.getConstantValue() == null
                                        ? ""
                                        : " = " + variable.getConstantValue());
                case TypeElement type ->
                        type.getKind().name().toLowerCase(Locale.ROOT) + " " + name(type.asType());
                default -> element.toString();
            };
        }

        /** A type without the packages of what it is made of. */
        private static String name(TypeMirror type) {
            return type.toString().replaceAll("\\b[a-z][a-z0-9]*\\.(?=[a-zA-Z])", "");
        }
    }

    private static boolean isNotForPolicies(Element element) {
        boolean ofApi =
                element.getEnclosingElement() instanceof TypeElement type
                        && type.getQualifiedName()
                                .toString()
                                .startsWith(Policy.class.getPackageName() + ".");
        boolean isApiType =
                element instanceof TypeElement type && type.getSimpleName().contentEquals("Scx");
        return isApiType
                || ofApi
                        && !element.getModifiers().contains(Modifier.PUBLIC)
                        && !element.getModifiers().contains(Modifier.PROTECTED);
    }
}
