package org.schedbook.compile;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.PrimitiveTypeTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreeScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Modifier;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.ToolProvider;

/** Finds the {@link Constant}s of a source in javac's trees, which know a comment from a field. */
final class ConstantFinder {

    private static final Set<Modifier> STATIC_FINAL = Set.of(Modifier.STATIC, Modifier.FINAL);

    /** Returns the constants in the order of the source; it is read, and need not compile. */
    static List<Constant> in(String source) {
        JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
        var task =
                (JavacTask)
                        javac.getTask(
                                new StringWriter(),
                                null,
                                new DiagnosticCollector<JavaFileObject>(),
                                PolicyCompiler.options(),
                                null,
                                List.of(new SourceText(new PolicySource("source", source))));
        var found = new ArrayList<Constant>();
        try {
            Trees trees = Trees.instance(task);
            for (CompilationUnitTree unit : task.parse()) {
                new Scanner(source, trees, unit, found).scan(unit, null);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return found;
    }

    private static final class Scanner extends TreeScanner<Void, Void> {

        private final String source;
        private final Trees trees;
        private final CompilationUnitTree unit;
        private final List<Constant> found;

        Scanner(String source, Trees trees, CompilationUnitTree unit, List<Constant> found) {
            this.source = source;
            this.trees = trees;
            this.unit = unit;
            this.found = found;
        }

        @Override
        public Void visitVariable(VariableTree field, Void unused) {
            if (field.getModifiers().getFlags().containsAll(STATIC_FINAL)
                    && field.getInitializer() != null
                    && field.getType() instanceof PrimitiveTypeTree type) {
                add(field, type);
            }
            return super.visitVariable(field, unused);
        }

        private void add(VariableTree field, PrimitiveTypeTree type) {
            var positions = trees.getSourcePositions();
            int before = PolicyCompiler.IMPORTS.length();
            int start = (int) positions.getStartPosition(unit, field.getInitializer()) - before;
            int end = (int) positions.getEndPosition(unit, field.getInitializer()) - before;
            if (0 <= start && start < end && end <= source.length()) {
                found.add(
                        new Constant(
                                field.getName().toString(),
                                type.toString(),
                                source.substring(start, end),
                                start,
                                end));
            }
        }
    }

    private ConstantFinder() {}
}
