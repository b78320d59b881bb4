package org.schedbook.magic;

import java.util.Objects;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.schedbook.jupyter.Magics;
import org.schedbook.view.Renderers;

/** Puts Schedbook into a JJava kernel; found by {@link java.util.ServiceLoader}. */
public final class SchedbookExtension implements Extension {

    private static volatile Magics installed;

    /**
     * Returns the magics of this notebook, so that a cell can add its own.
     *
     * @throws NullPointerException outside a notebook
     */
    public static Magics magics() {
        return Objects.requireNonNull(installed, "no notebook is running");
    }

    @Override
    public void install(BaseKernel kernel) {
        try {
            Magics magics = Magics.of(kernel);
            SchedbookMagics.register(magics, System.getenv());
            Renderers.register(kernel.getRenderer());
            // JJava uninstalls extensions on a shutdown request only, not on SIGTERM.
            Runtime.getRuntime().addShutdownHook(new Thread(magics::close, "schedbook-shutdown"));
            installed = magics;
        } catch (Exception | LinkageError e) {
            // A throw from here would keep the kernel from starting at all.
            System.err.println("Schedbook's magics are not available: " + e);
        }
    }

    @Override
    public void uninstall(BaseKernel kernel) {
        if (installed != null) {
            installed.close();
        }
    }
}
