package org.schedbook.prompt;

import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.ModifiersTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.schedbook.compile.JavadocText;
import org.schedbook.policy.Policy;

/**
 * The policy API as a model reads it: declarations with their Javadoc and without bodies, made from
 * the very sources that the API is compiled from, so that it cannot drift from them.
 */
public final class ApiReference {

    /** In the order they are best read. */
    private static final List<String> TYPES =
            List.of("Policy", "Task", "TaskStorage", "Dsq", "Enq", "Kick", "Topology", "ExitInfo");

    /** Returns the reference as Java text. */
    public static String text() {
        return Holder.TEXT;
    }

    private static final class Holder {
        static final String TEXT = render();
    }

    private static String render() {
        var text = new StringBuilder();
        for (String type : TYPES) {
            text.append(new Renderer(source(type)).render()).append('\n');
        }
        return text.toString().strip() + "\n";
    }

    private static String source(String type) {
        try (InputStream in = Policy.class.getResourceAsStream("source/" + type + ".java")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ApiReference() {}

    /** Renders one source file. */
    private static final class Renderer {

        private final String source;
        private final CompilationUnitTree unit;
        private final DocTrees trees;
        private final StringBuilder text = new StringBuilder();

        Renderer(String source) {
            this.source = source;
            var file =
                    new SimpleJavaFileObject(
                            URI.create("source:///Api.java"), JavaFileObject.Kind.SOURCE) {
                        @Override
                        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                            return source;
                        }
                    };
            var task =
                    (JavacTask)
                            ToolProvider.getSystemJavaCompiler()
                                    .getTask(null, null, null, List.of(), null, List.of(file));
            try {
                unit = task.parse().iterator().next();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            trees = DocTrees.instance(task);
        }

        String render() {
            for (Tree type : unit.getTypeDecls()) {
                renderType(new TreePath(new TreePath(unit), type), "");
            }
            return text.toString();
        }

        private void renderType(TreePath path, String indent) {
            var type = (ClassTree) path.getLeaf();
            renderDoc(path, indent);
            text.append(indent).append(declaration(type, '{')).append(" {\n");
            for (Tree member : type.getMembers()) {
                var memberPath = new TreePath(path, member);
                switch (member) {
                    case MethodTree method when isForPolicies(method.getModifiers(), path) -> {
                        if (method.getReturnType() != null) { // no constructors
                            renderMember(memberPath, declaration(method, '{'), indent + "  ");
                        }
                    }
                    case VariableTree field when isForPolicies(field.getModifiers(), path) ->
                            renderMember(memberPath, slice(field).replace(";", ""), indent + "  ");
                    case ClassTree _ -> renderType(memberPath, indent + "  ");
                    default -> {}
                }
            }
            text.append(indent).append("}\n");
        }

        private void renderMember(TreePath path, String declaration, String indent) {
            renderDoc(path, indent);
            text.append(indent).append(declaration).append(";\n");
        }

        private static boolean isForPolicies(ModifiersTree modifiers, TreePath type) {
            Set<Modifier> flags = modifiers.getFlags();
            return flags.contains(Modifier.PUBLIC) || flags.contains(Modifier.PROTECTED);
        }

        /** The text of a declaration up to its body, on one line and without annotations. */
        private String declaration(Tree tree, char body) {
            String slice = slice(tree);
            boolean hasBody =
                    !(tree instanceof MethodTree method) || method.getBody() instanceof BlockTree;
            String head = hasBody ? slice.substring(0, slice.indexOf(body)) : slice;
            return head.replace(";", "").replaceAll("@\\w+(\\([^)]*\\))? ", "").strip();
        }

        private String slice(Tree tree) {
            var positions = trees.getSourcePositions();
            int start = (int) positions.getStartPosition(unit, tree);
            int end = (int) positions.getEndPosition(unit, tree);
            return source.substring(start, end).replaceAll("\\s+", " ").replace("( ", "(");
        }

        private void renderDoc(TreePath path, String indent) {
            String doc = trees.getDocComment(path);
            if (doc == null) {
                return;
            }
            JavadocText.plain(doc)
                    .lines()
                    .map(line -> indent + "// " + line)
                    .forEach(line -> text.append(line.stripTrailing()).append('\n'));
        }
    }
}
