package org.schedbook.jupyter;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import jdk.jshell.JShell;
import org.dflib.jjava.jupyter.kernel.HelpLink;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.dflib.jjava.kernel.JavaKernelBuilder;
import org.dflib.jjava.kernel.magics.ClasspathMagic;
import org.dflib.jjava.kernel.magics.LoadMagic;
import org.dflib.jjava.kernel.magics.TimeMagic;
import org.dflib.jjava.maven.MavenDependencyResolver;
import org.dflib.jjava.maven.magics.LoadFromPomCellMagic;
import org.dflib.jjava.maven.magics.LoadFromPomLineMagic;
import org.dflib.jjava.maven.magics.MavenMagic;
import org.dflib.jjava.maven.magics.MavenRepoMagic;

/** The parts of a {@link SchedbookKernel}, made by JJava's builder. */
final class SchedbookKernelBuilder
        extends JavaKernelBuilder<SchedbookKernelBuilder, SchedbookKernel> {

    final String name = "schedbook";
    final String version =
            Objects.requireNonNullElse(
                    SchedbookKernel.class.getPackage().getImplementationVersion(), "development");
    final List<HelpLink> helpLinks =
            List.of(
                    new HelpLink("sched_ext", "https://docs.kernel.org/scheduler/sched-ext.html"),
                    new HelpLink("JJava", "https://github.com/dflib/jjava"));
    final LanguageInfo languageInfo = buildLanguageInfo();
    final CellIo io = new CellIo(buildJupyterIOEncoding());
    final CommManager comms = buildCommManager();
    final Renderer renderer = new SafeRenderer();
    final MagicsRegistry registry = buildMagicsRegistry();
    final StringStyler styler = buildErrorStyler();
    final CellEvaluator evaluator = new CellEvaluator(name, SchedbookKernel::show);
    List<String> options = List.of();
    JShell shell;

    @Override
    public SchedbookKernel build() {
        String set = System.getenv("JJAVA_COMPILER_OPTS");
        if (set != null && !set.isBlank()) {
            options = List.of(set.strip().split("\\s+"));
            compilerOpts(options);
        }
        addJJavaMagics();
        shell = buildJShell(evaluator);
        return new SchedbookKernel(this);
    }

    private void addJJavaMagics() {
        var time = new TimeMagic();
        var maven = new MavenDependencyResolver();
        lineMagic("load", new LoadMagic());
        lineMagic("classpath", new ClasspathMagic());
        lineMagic("time", time);
        cellMagic("time", time);
        lineMagic("maven", new MavenMagic(maven));
        lineMagic("mavenRepo", new MavenRepoMagic(maven));
        lineMagic("loadFromPOM", new LoadFromPomLineMagic(maven));
        cellMagic("loadFromPOM", new LoadFromPomCellMagic(maven));
    }

    /**
     * A renderer that turns an Error of someone's rendering code into an exception. JJava catches
     * exceptions only, and an Error ends the thread that serves the notebook, which then hangs.
     */
    private static final class SafeRenderer extends Renderer {

        @Override
        public DisplayData render(Object value, Map<String, Object> params) {
            return guarded(value, () -> super.render(value, params));
        }

        @Override
        public DisplayData renderAs(Object value, Map<String, Object> params, String... types) {
            return guarded(value, () -> super.renderAs(value, params, types));
        }

        private static DisplayData guarded(Object value, Supplier<DisplayData> rendering) {
            try {
                return Plain.of(rendering.get());
            } catch (Error e) {
                throw new IllegalStateException(
                        "cannot show a " + value.getClass().getName() + ": " + e, e);
            }
        }
    }
}
