package org.schedbook.compile;

import java.lang.classfile.ClassModel;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodType;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds the type that declares a member: a call names the type it is made through. */
final class Members {

    private static final String OBJECT = "java.lang.Object";

    private final Map<String, ClassModel> own;

    /**
     * @param own a policy's classes by binary name
     */
    Members(Map<String, ClassModel> own) {
        this.own = own;
    }

    /** Returns the binary name of a class or interface. */
    static String name(ClassDesc type) {
        String descriptor = type.descriptorString();
        return descriptor.substring(1, descriptor.length() - 1).replace('/', '.');
    }

    /**
     * Returns the binary name of the type that declares a member, found as the JVM does (JVMS
     * 5.4.3): in the type itself, its superclasses, its superinterfaces. A member that is nowhere
     * is said to be the owner's own if that is no class of the policy.
     *
     * @param type of a method or of a field
     */
    String declaring(ClassDesc owner, String member, ConstantDesc type) {
        if (owner.isArray()) {
            return OBJECT;
        }
        String name = name(owner);
        return find(name, member, type).orElse(own.containsKey(name) ? OBJECT : name);
    }

    private Optional<String> find(String name, String member, ConstantDesc type) {
        ClassModel model = own.get(name);
        return model != null ? findOwn(name, model, member, type) : findOther(name, member, type);
    }

    private Optional<String> findOwn(
            String name, ClassModel model, String member, ConstantDesc type) {
        boolean declares =
                type instanceof MethodTypeDesc
                        ? model.methods().stream()
                                .anyMatch(
                                        m ->
                                                m.methodName().equalsString(member)
                                                        && m.methodTypeSymbol().equals(type))
                        : model.fields().stream().anyMatch(f -> f.fieldName().equalsString(member));
        if (declares) {
            return Optional.of(name);
        }
        return Stream.concat(model.superclass().stream(), model.interfaces().stream())
                .flatMap(above -> find(name(above.asSymbol()), member, type).stream())
                .findFirst();
    }

    private static Optional<String> findOther(String name, String member, ConstantDesc type) {
        // Classes that are not on the list are refused by name, and stay unloaded.
        if (!AllowList.INSTANCE.allows(name)) {
            return Optional.empty();
        }
        try {
            var loader = Members.class.getClassLoader();
            return findLoaded(Class.forName(name, false, loader), member, type);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("what javac has found is there", e);
        }
    }

    private static Optional<String> findLoaded(Class<?> known, String member, ConstantDesc type) {
        if (declares(known, member, type)) {
            return Optional.of(known.getName());
        }
        return Stream.concat(
                        Stream.ofNullable(known.getSuperclass()),
                        Arrays.stream(known.getInterfaces()))
                .flatMap(above -> findLoaded(above, member, type).stream())
                .findFirst();
    }

    private static boolean declares(Class<?> known, String member, ConstantDesc type) {
        if (!(type instanceof MethodTypeDesc method)) {
            return Arrays.stream(known.getDeclaredFields())
                    .anyMatch(field -> field.getName().equals(member));
        }
        String descriptor = method.descriptorString();
        if (member.equals("<init>")) {
            return Arrays.stream(known.getDeclaredConstructors())
                    .anyMatch(
                            c -> descriptor(void.class, c.getParameterTypes()).equals(descriptor));
        }
        return Arrays.stream(known.getDeclaredMethods())
                .filter(m -> m.getName().equals(member))
                .anyMatch(
                        m ->
                                descriptor(m.getReturnType(), m.getParameterTypes())
                                        .equals(descriptor));
    }

    private static String descriptor(Class<?> returned, Class<?>[] parameters) {
        return MethodType.methodType(returned, parameters).toMethodDescriptorString();
    }
}
