package org.schedbook.compile;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.attribute.SourceFileAttribute;
import java.lang.reflect.InvocationTargetException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.schedbook.policy.Policy;

/**
 * A policy that compiled: class files that can be sent to wherever they are to run.
 *
 * @param name the policy's name in the notebook
 * @param mainClass the binary name of the class that extends {@link Policy}
 * @param classes class files by binary name
 * @param sourceHash SHA-256 of the source text, in hex: what figures are attributed to
 */
public record CompiledPolicy(
        String name, String mainClass, Map<String, byte[]> classes, String sourceHash) {

    public CompiledPolicy {
        classes = Map.copyOf(classes);
    }

    /**
     * Returns SHA-256 in hex over the class files without what only debuggers read: two sources
     * that differ in comments and layout alone have the same. Stack maps are left out as well: they
     * follow from the code, and making them anew takes knowing how all of its classes are related.
     */
    public String bytecodeHash() {
        var bare =
                ClassFile.of(
                        ClassFile.DebugElementsOption.DROP_DEBUG,
                        ClassFile.LineNumbersOption.DROP_LINE_NUMBERS,
                        ClassFile.StackMapsOption.DROP_STACK_MAPS,
                        ClassFile.DeadCodeOption.KEEP_DEAD_CODE,
                        ClassFile.ConstantPoolSharingOption.NEW_POOL);
        try {
            var sha256 = MessageDigest.getInstance("SHA-256");
            for (byte[] bytes : new TreeMap<>(classes).values()) {
                sha256.update(
                        bare.transformClass(
                                bare.parse(bytes),
                                ClassTransform.dropping(SourceFileAttribute.class::isInstance)));
            }
            return HexFormat.of().formatHex(sha256.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }

    /**
     * Loads the classes into a loader of their own and makes one policy.
     *
     * @throws ReflectiveOperationException if the constructor or an initializer throws, or the
     *     classes do not fit this version of the policy API
     */
    public Policy newPolicy() throws ReflectiveOperationException {
        try {
            var constructor = new Loader().loadClass(mainClass).getDeclaredConstructor();
            constructor.setAccessible(true);
            return (Policy) constructor.newInstance();
        } catch (LinkageError | StackOverflowError | AssertionError e) {
            // Of a static initializer: they come as they are, or as what made the class fail.
            Throwable cause = e instanceof ExceptionInInitializerError ? e.getCause() : e;
            throw new InvocationTargetException(cause);
        }
    }

    private final class Loader extends ClassLoader {

        Loader() {
            super(Policy.class.getClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            byte[] bytes = classes.get(name);
            if (bytes == null) {
                throw new ClassNotFoundException(name);
            }
            return defineClass(name, bytes, 0, bytes.length);
        }
    }
}
