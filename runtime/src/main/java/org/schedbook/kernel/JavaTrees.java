package org.schedbook.kernel;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.lang.model.element.Element;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.util.Elements;
import javax.lang.model.util.Types;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.compile.SourceText;

/** A source as javac understands it: its trees, with the type and the element of each. */
final class JavaTrees {

    final CompilationUnitTree unit;
    final Types types;
    final Elements elements;

    private final SourceText text;
    private final Trees trees;
    private final SourcePositions positions;
    private final Map<Tree, TreePath> paths = new IdentityHashMap<>();

    /**
     * @throws IllegalArgumentException if the source does not compile
     */
    JavaTrees(PolicySource source) {
        text = new SourceText(source);
        var javac = ToolProvider.getSystemJavaCompiler();
        var problems = new DiagnosticCollector<JavaFileObject>();
        try (var files =
                javac.getStandardFileManager(problems, Locale.ENGLISH, StandardCharsets.UTF_8)) {
            files.setLocationFromPaths(
                    StandardLocation.CLASS_PATH, List.of(PolicyCompiler.policyApi()));
            files.setLocationFromPaths(StandardLocation.SOURCE_PATH, List.of());
            var task =
                    (JavacTask)
                            javac.getTask(
                                    new StringWriter(),
                                    files,
                                    problems,
                                    PolicyCompiler.options(),
                                    null,
                                    List.of(text));
            unit = task.parse().iterator().next();
            task.analyze();
            trees = Trees.instance(task);
            types = task.getTypes();
            elements = task.getElements();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (IllegalStateException e) {
            if (e.getCause() instanceof StackOverflowError overflow) {
                throw overflow;
            }
            throw e;
        }
        for (var problem : problems.getDiagnostics()) {
            if (problem.getKind() == javax.tools.Diagnostic.Kind.ERROR) {
                throw new IllegalArgumentException(problem.toString());
            }
        }
        positions = trees.getSourcePositions();
        new TreePathScanner<Void, Void>() {
            @Override
            public Void scan(Tree tree, Void unused) {
                if (tree != null) {
                    paths.put(tree, new TreePath(getCurrentPath(), tree));
                }
                return super.scan(tree, unused);
            }
        }.scan(new TreePath(unit), null);
    }

    Element element(Tree tree) {
        return trees.getElement(path(tree));
    }

    TypeMirror type(Tree tree) {
        return trees.getTypeMirror(path(tree));
    }

    TreePath path(Tree tree) {
        return paths.get(tree);
    }

    /** Returns a line of the source, from 1. */
    int line(Tree tree) {
        return line(start(tree));
    }

    int line(long position) {
        return text.line(unit.getLineMap().getLineNumber(position));
    }

    /** Returns the line of a tree's last character. */
    int endLine(Tree tree) {
        return line(end(tree) - 1);
    }

    long start(Tree tree) {
        return positions.getStartPosition(unit, tree);
    }

    long end(Tree tree) {
        return positions.getEndPosition(unit, tree);
    }

    /** Returns the column of a position in the text of the source. */
    int column(long position) {
        return text.column(
                unit.getLineMap().getLineNumber(position),
                unit.getLineMap().getColumnNumber(position));
    }
}
