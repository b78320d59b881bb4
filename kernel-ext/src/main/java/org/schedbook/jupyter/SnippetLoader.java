package org.schedbook.jupyter;

import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jshell.execution.LoaderDelegate;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import jdk.jshell.spi.ExecutionControl.ClassInstallException;
import jdk.jshell.spi.ExecutionControl.InternalException;
import org.dflib.jjava.jupyter.kernel.util.PathsHandler;

/** The classes that JShell makes of cells, and what {@code %classpath} and {@code %maven} add. */
final class SnippetLoader extends URLClassLoader implements LoaderDelegate {

    private final Map<String, byte[]> bytecodes = new ConcurrentHashMap<>();
    private final UnresolvedFields unresolved = new UnresolvedFields(this, bytecodes::get);

    SnippetLoader() {
        super(new URL[0], SnippetLoader.class.getClassLoader());
    }

    @Override
    public void load(ClassBytecodes[] classes) throws ClassInstallException {
        // All before the first is loaded: they may depend on each other.
        classesRedefined(classes);
        var installed = new boolean[classes.length];
        for (int i = 0; i < classes.length; i++) {
            try {
                loadClass(classes[i].name());
            } catch (ClassNotFoundException | LinkageError e) {
                throw new ClassInstallException(
                        "cannot load " + classes[i].name() + ": " + e, installed);
            }
            installed[i] = true;
        }
    }

    @Override
    public void classesRedefined(ClassBytecodes[] classes) {
        for (ClassBytecodes each : classes) {
            bytecodes.put(each.name(), each.bytecodes());
            unresolved.note(each.bytecodes());
        }
    }

    @Override
    public void addToClasspath(String paths) throws InternalException {
        for (String path : PathsHandler.split(paths)) {
            try {
                addURL(Path.of(path).toUri().toURL());
            } catch (MalformedURLException e) {
                throw new InternalException("no class path: " + path + ": " + e.getMessage());
            }
        }
    }

    @Override
    public Class<?> findClass(String name) throws ClassNotFoundException {
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) {
            return loaded; // JShell asks here for what it has had loaded
        }
        if (!bytecodes.containsKey(name)) {
            return super.findClass(name);
        }
        byte[] bytes = unresolved.refuse(bytecodes.get(name));
        return defineClass(name, bytes, 0, bytes.length, (CodeSource) null);
    }
}
