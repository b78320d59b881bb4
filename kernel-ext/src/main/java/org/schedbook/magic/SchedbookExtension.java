package org.schedbook.magic;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;
import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;

/** Puts the magics into a JJava kernel; found by {@link java.util.ServiceLoader}. */
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
            MagicsRegistry registry = kernel.getMagicsRegistry();
            Magics magics =
                    kernel instanceof SchedbookKernel ours
                            ? ours.magics()
                            : new Magics(new KernelFrontend(kernel), registry);
            magics.line("Notebook", "lsmagic", () -> new LsMagic(magics, () -> names(registry)));
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

    /** Returns every name a kernel knows, as typed, without the names for help. */
    static Collection<String> names(MagicsRegistry registry) {
        var names = new ArrayList<String>();
        registry.getLineMagicNames().forEach(name -> names.add("%" + name));
        registry.getCellMagicNames().forEach(name -> names.add("%%" + name));
        names.removeIf(name -> name.endsWith("?"));
        return names;
    }
}
