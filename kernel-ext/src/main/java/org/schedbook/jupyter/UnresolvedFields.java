package org.schedbook.jupyter;

import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;
import static java.lang.constant.ConstantDescs.INIT_NAME;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.lang.classfile.Attributes;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.constantpool.FieldRefEntry;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.StreamSupport;
import jdk.jshell.spi.SPIResolutionException;

/**
 * Has static fields fail that belong to a class that waits for others. JShell has the constructors
 * and methods of such a class fail; its fields it leaves without what they start with, so that they
 * could be read as 0 or null.
 */
final class UnresolvedFields {

    private static final ClassDesc UNRESOLVED =
            SPIResolutionException.class.describeConstable().orElseThrow();

    /** What JShell knows them by, by classes. */
    private final Map<ClassDesc, Integer> waiting = new ConcurrentHashMap<>();

    private final ClassFile classFile;

    /**
     * @param bytecode finds other classes of cells; null for all else
     */
    UnresolvedFields(ClassLoader loader, Function<String, byte[]> bytecode) {
        classFile =
                ClassFile.of(
                        ClassFile.ClassHierarchyResolverOption.of(
                                ClassHierarchyResolver.ofResourceParsing(
                                                type -> find(type, bytecode))
                                        .orElse(ClassHierarchyResolver.ofResourceParsing(loader))));
    }

    private static InputStream find(ClassDesc type, Function<String, byte[]> bytecode) {
        String internal = type.descriptorString();
        byte[] bytes =
                bytecode.apply(internal.substring(1, internal.length() - 1).replace('/', '.'));
        return bytes == null ? null : new ByteArrayInputStream(bytes);
    }

    /** Looks whether a class waits for others. */
    void note(byte[] bytecode) {
        ClassModel model = classFile.parse(bytecode);
        if (model.findAttribute(Attributes.nestHost()).isEmpty()) {
            return; // what JShell wraps snippets in, whose variables are theirs alone
        }
        ClassDesc type = model.thisClass().asSymbol();
        model.methods().stream()
                .flatMap(method -> unresolved(method).stream())
                .findFirst()
                .ifPresent(id -> waiting.put(type, id));
    }

    /** Returns what JShell knows a method by whose body is no more than that it is unresolved. */
    private static Optional<Integer> unresolved(MethodModel method) {
        List<Instruction> code =
                method.code().stream()
                        .flatMap(body -> body.elementStream())
                        .filter(Instruction.class::isInstance)
                        .map(Instruction.class::cast)
                        .toList();
        int at = 0;
        while (at < code.size()
                && !(code.get(at) instanceof NewObjectInstruction made
                        && made.className().asSymbol().equals(UNRESOLVED))) {
            at++;
        }
        // new, dup, the number
        return at + 2 < code.size() && code.get(at + 2) instanceof ConstantInstruction constant
                ? Optional.of((Integer) constant.constantValue())
                : Optional.empty();
    }

    /** Returns the class with each use of such a field in it as JShell has other uses. */
    byte[] refuse(byte[] bytecode) {
        if (waiting.isEmpty()) {
            return bytecode;
        }
        ClassModel model = classFile.parse(bytecode);
        boolean uses =
                StreamSupport.stream(model.constantPool().spliterator(), false)
                        .anyMatch(
                                entry ->
                                        entry instanceof FieldRefEntry field
                                                && waiting.containsKey(field.owner().asSymbol()));
        return uses
                ? classFile.transformClass(
                        model, ClassTransform.transformingMethodBodies(this::refuse))
                : bytecode;
    }

    private void refuse(CodeBuilder code, CodeElement element) {
        if (element instanceof FieldInstruction field
                && (field.opcode() == Opcode.GETSTATIC || field.opcode() == Opcode.PUTSTATIC)) {
            Integer id = waiting.get(field.owner().asSymbol());
            if (id != null) {
                code.new_(UNRESOLVED)
                        .dup()
                        .loadConstant(id)
                        .invokespecial(UNRESOLVED, INIT_NAME, MethodTypeDesc.of(CD_void, CD_int))
                        .athrow();
            }
        }
        code.with(element);
    }
}
