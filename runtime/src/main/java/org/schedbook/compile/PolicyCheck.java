package org.schedbook.compile;

import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.FieldModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.MethodModel;
import java.lang.classfile.Opcode;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.DiscontinuedInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.MonitorInstruction;
import java.lang.classfile.instruction.NewMultiArrayInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.NewReferenceArrayInstruction;
import java.lang.classfile.instruction.NopInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.classfile.instruction.ThrowInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.constant.DynamicConstantDesc;
import java.lang.constant.MethodTypeDesc;
import java.lang.reflect.AccessFlag;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Keeps a policy to what policies need. Reads the class files, not the source, and refuses every
 * type and member that is not on the list in {@code allowed.txt}, whatever way it is reached, and
 * what no list of names can catch: locks, native methods, finalizers, class initialisers that may
 * run forever, and too much of anything.
 *
 * <p>It says nothing about how long a callback runs or how much memory it takes: that is for the
 * target to bear.
 */
public final class PolicyCheck {

    static final int MAX_CLASSES = 32;
    static final int MAX_BYTES = 64 * 1024;
    static final int MAX_ARRAY = 64 * 1024;

    /** What javac has the JVM call for lambdas, text, records and switches; it takes no other. */
    private static final Set<String> BOOTSTRAPS =
            Set.of(
                    "java.lang.invoke.LambdaMetafactory.metafactory",
                    "java.lang.invoke.LambdaMetafactory.altMetafactory",
                    "java.lang.invoke.StringConcatFactory.makeConcatWithConstants",
                    "java.lang.invoke.ConstantBootstraps.invoke",
                    "java.lang.invoke.ConstantBootstraps.nullConstant",
                    "java.lang.runtime.ObjectMethods.bootstrap",
                    "java.lang.runtime.SwitchBootstraps.typeSwitch",
                    "java.lang.runtime.SwitchBootstraps.enumSwitch");

    /** A line may break a rule in many ways; one is told. Off any line, each is. */
    private record Place(int line, Rule rule, String what) {}

    private final Map<String, ClassModel> own = new TreeMap<>();
    private final Members members;
    private final Map<Place, Refusal> refusals = new LinkedHashMap<>();

    /** The place of what is looked at now. */
    private int line;

    /** Integers pushed just before the instruction looked at now. */
    private final List<Integer> pushed = new ArrayList<>();

    /**
     * Checks the classes of one policy.
     *
     * @param classes class files by binary name
     * @return what is to be refused, none if the policy keeps to the rules
     */
    public static List<Refusal> check(Map<String, byte[]> classes) {
        int bytes = classes.values().stream().mapToInt(file -> file.length).sum();
        if (classes.size() > MAX_CLASSES || bytes > MAX_BYTES) {
            String size = "A policy of %d classes and %,d bytes".formatted(classes.size(), bytes);
            return List.of(new Refusal(Rule.SIZE, size, 1, ""));
        }
        return new PolicyCheck(classes).run();
    }

    private PolicyCheck(Map<String, byte[]> classes) {
        classes.forEach((name, file) -> own.put(name, ClassFile.of().parse(file)));
        members = new Members(own);
    }

    private List<Refusal> run() {
        own.values().forEach(this::checkClass);
        new ClassInitialisers(own.values())
                .loops()
                .forEach(
                        loop ->
                                refuse(
                                        Rule.STATIC_LOOPS,
                                        "A static initialiser that may run forever",
                                        loop,
                                        ""));
        return refusals.values().stream()
                .sorted((a, b) -> Integer.compare(a.line(), b.line()))
                .toList();
    }

    private void checkClass(ClassModel model) {
        line = 0;
        if (model.flags().has(AccessFlag.ANNOTATION)) {
            refuse(Rule.UNLISTED, "An annotation type", 0, "@interface");
            return;
        }
        model.superclass().ifPresent(type -> checkType(type.asSymbol()));
        model.interfaces().forEach(type -> checkType(type.asSymbol()));
        for (FieldModel field : model.fields()) {
            checkType(field.fieldTypeSymbol());
        }
        for (MethodModel method : model.methods()) {
            checkMethod(method);
        }
    }

    private void checkMethod(MethodModel method) {
        line = 0;
        String name = method.methodName().stringValue();
        if (method.flags().has(AccessFlag.NATIVE)) {
            refuse(Rule.NATIVE, "A native method", 0, "native");
        }
        if (method.flags().has(AccessFlag.SYNCHRONIZED)) {
            refuse(Rule.LOCKS, "A synchronized method", 0, "synchronized");
        }
        if (name.equals("finalize") && method.methodType().equalsString("()V")) {
            refuse(Rule.FINALIZERS, "A finalizer", 0, "finalize");
        }
        checkTypes(method.methodTypeSymbol());
        method.code().ifPresent(code -> code.forEach(this::checkCode));
    }

    private void checkCode(CodeElement element) {
        switch (element) {
            case LineNumber number -> line = number.line();
            case ExceptionCatch handler ->
                    handler.catchType().ifPresent(type -> checkType(type.asSymbol()));
            case Instruction instruction -> {
                checkInstruction(instruction);
                if (instruction instanceof ConstantInstruction constant
                        && constant.constantValue() instanceof Integer number) {
                    pushed.add(number);
                } else {
                    pushed.clear();
                }
            }
            default -> {} // labels and names for debuggers
        }
    }

    private void checkInstruction(Instruction instruction) {
        switch (instruction) {
            case InvokeInstruction call -> {
                checkMember(call.owner().asSymbol(), call.name().stringValue(), call.typeSymbol());
                checkTypes(call.typeSymbol());
            }
            case FieldInstruction field -> {
                checkMember(
                        field.owner().asSymbol(), field.name().stringValue(), field.typeSymbol());
                checkType(field.typeSymbol());
            }
            case InvokeDynamicInstruction call -> {
                checkBootstrap(call.bootstrapMethod(), call.bootstrapArgs());
                checkTypes(call.typeSymbol());
            }
            case ConstantInstruction constant -> checkConstant(constant.constantValue());
            case NewObjectInstruction object -> checkType(object.className().asSymbol());
            case TypeCheckInstruction test -> checkType(test.type().asSymbol());
            case NewPrimitiveArrayInstruction _ -> checkLength(1);
            case NewReferenceArrayInstruction array -> {
                checkType(array.componentType().asSymbol());
                checkLength(1);
            }
            case NewMultiArrayInstruction array -> {
                checkType(array.arrayType().asSymbol());
                checkLength(array.dimensions());
            }
            case MonitorInstruction monitor -> {
                if (monitor.opcode() == Opcode.MONITORENTER) {
                    refuse(Rule.LOCKS, "A synchronized block", line, "synchronized");
                }
            }
            case DiscontinuedInstruction _ ->
                    refuse(Rule.UNLISTED, "An instruction of the Java of old", line, "");
            // Arithmetic and control flow. Spelled out, so that the compiler asks when there is
            // a new kind of instruction.
            case ArrayLoadInstruction _,
                    ArrayStoreInstruction _,
                    BranchInstruction _,
                    ConvertInstruction _,
                    IncrementInstruction _,
                    LoadInstruction _,
                    LookupSwitchInstruction _,
                    NopInstruction _,
                    OperatorInstruction _,
                    ReturnInstruction _,
                    StackInstruction _,
                    StoreInstruction _,
                    TableSwitchInstruction _,
                    ThrowInstruction _ -> {}
        }
    }

    private void checkConstant(ConstantDesc constant) {
        switch (constant) {
            case ClassDesc type -> checkType(type);
            case MethodTypeDesc type -> checkTypes(type);
            case DirectMethodHandleDesc handle -> checkHandle(handle);
            case DynamicConstantDesc<?> dynamic -> {
                checkBootstrap(dynamic.bootstrapMethod(), dynamic.bootstrapArgsList());
                checkType(dynamic.constantType());
            }
            default -> {} // numbers and strings
        }
    }

    private void checkBootstrap(DirectMethodHandleDesc bootstrap, List<ConstantDesc> arguments) {
        String name = Members.name(bootstrap.owner()) + "." + bootstrap.methodName();
        if (!BOOTSTRAPS.contains(name)) {
            refuse(Rule.brokenBy(name), name, line, "");
        }
        arguments.forEach(this::checkConstant);
    }

    private void checkHandle(DirectMethodHandleDesc handle) {
        String descriptor = handle.lookupDescriptor();
        if (descriptor.startsWith("(")) {
            checkMember(
                    handle.owner(), handle.methodName(), MethodTypeDesc.ofDescriptor(descriptor));
        } else {
            checkMember(handle.owner(), handle.methodName(), ClassDesc.ofDescriptor(descriptor));
        }
    }

    private void checkMember(ClassDesc owner, String name, ConstantDesc type) {
        checkType(owner);
        if (owner.isArray() && name.equals("clone")) {
            return;
        }
        String declaring = members.declaring(owner, name, type);
        if (!own.containsKey(declaring) && !AllowList.INSTANCE.allows(declaring, name)) {
            boolean constructor = name.equals("<init>");
            String what = constructor ? "new " + declaring : declaring + "." + name;
            refuse(
                    Rule.brokenBy(declaring + "." + name),
                    what,
                    line,
                    constructor ? simpleName(declaring) : name);
        }
    }

    private void checkTypes(MethodTypeDesc type) {
        checkType(type.returnType());
        type.parameterList().forEach(this::checkType);
    }

    private void checkType(ClassDesc type) {
        while (type.isArray()) {
            type = type.componentType();
        }
        if (type.isPrimitive()) {
            return;
        }
        String name = Members.name(type);
        if (!own.containsKey(name) && !AllowList.INSTANCE.allows(name)) {
            refuse(Rule.brokenBy(name), name, line, simpleName(name));
        }
    }

    /** Looks at the lengths of a new array as far as they are constants. */
    private void checkLength(int dimensions) {
        long length = 1;
        for (int known : pushed.reversed().stream().limit(dimensions).toList()) {
            length = Math.clamp(length * known, 0, Integer.MAX_VALUE);
        }
        if (length > MAX_ARRAY) {
            refuse(Rule.ARRAYS, "An array of %,d elements".formatted(length), line, "new");
        }
    }

    private static String simpleName(String name) {
        return name.substring(1 + Math.max(name.lastIndexOf('.'), name.lastIndexOf('$')));
    }

    private void refuse(Rule rule, String what, int at, String word) {
        var place = new Place(at, rule, at == 0 ? what : "");
        refusals.putIfAbsent(place, new Refusal(rule, what, at, word));
    }
}
