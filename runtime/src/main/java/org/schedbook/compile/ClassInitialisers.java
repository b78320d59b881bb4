package org.schedbook.compile;

import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.Instruction;
import java.lang.classfile.Label;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ExceptionCatch;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LineNumber;
import java.lang.classfile.instruction.LookupSwitchInstruction;
import java.lang.classfile.instruction.SwitchCase;
import java.lang.classfile.instruction.TableSwitchInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.DirectMethodHandleDesc;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Finds what could keep a class from ever being loaded: a backward jump or a recursion in a class
 * initialiser or in what it calls. A call of one of the policy's methods counts as a call of all of
 * that name and type, so overriding hides nothing.
 */
final class ClassInitialisers {

    /** A method of any of the policy's classes. */
    private record Signature(String name, String type) {}

    private record Call(Signature callee, int line) {}

    /**
     * What matters of a method's code.
     *
     * @param loops the lines that a backward jump goes to
     */
    private record Body(List<Integer> loops, List<Call> calls) {}

    private final Set<String> own = new HashSet<>();
    private final Map<Signature, List<Body>> bodies = new HashMap<>();
    private final Set<Signature> visited = new HashSet<>();
    private final Set<Integer> loops = new TreeSet<>();

    ClassInitialisers(Collection<ClassModel> classes) {
        classes.forEach(model -> own.add(Members.name(model.thisClass().asSymbol())));
        for (ClassModel model : classes) {
            for (MethodModel method : model.methods()) {
                var signature =
                        signature(
                                model.thisClass().asSymbol(),
                                method.methodName().stringValue(),
                                method.methodType().stringValue());
                method.code()
                        .ifPresent(
                                code ->
                                        bodies.computeIfAbsent(signature, _ -> new ArrayList<>())
                                                .add(body(code)));
            }
        }
    }

    /** Returns the lines at which a class initialiser may begin to run forever, sorted. */
    Set<Integer> loops() {
        bodies.keySet().stream()
                .filter(signature -> signature.name().startsWith("<clinit>"))
                .toList()
                .forEach(initialiser -> follow(new Call(initialiser, 0), new LinkedHashSet<>()));
        return loops;
    }

    private void follow(Call call, Set<Signature> path) {
        if (!path.add(call.callee())) {
            loops.add(call.line());
            return;
        }
        if (visited.add(call.callee())) {
            for (Body body : bodies.getOrDefault(call.callee(), List.of())) {
                loops.addAll(body.loops());
                body.calls().forEach(next -> follow(next, path));
            }
        }
        path.remove(call.callee());
    }

    private Body body(CodeModel code) {
        List<CodeElement> elements = code.elementList();
        var positions = new HashMap<Label, Integer>();
        int[] lines = new int[elements.size()];
        for (int i = 0, line = 0; i < elements.size(); i++) {
            if (elements.get(i) instanceof LabelTarget target) {
                positions.put(target.label(), i);
            }
            line = elements.get(i) instanceof LineNumber number ? number.line() : line;
            lines[i] = line;
        }
        var body = new Body(new ArrayList<>(), new ArrayList<>());
        for (int i = 0; i < elements.size(); i++) {
            int line = lines[i];
            switch (elements.get(i)) {
                case InvokeInstruction call ->
                        call(
                                        call.owner().asSymbol(),
                                        call.name().stringValue(),
                                        call.type().stringValue(),
                                        line)
                                .ifPresent(body.calls()::add);
                case InvokeDynamicInstruction lambda ->
                        lambda.bootstrapArgs().stream()
                                .filter(DirectMethodHandleDesc.class::isInstance)
                                .map(DirectMethodHandleDesc.class::cast)
                                .flatMap(
                                        m ->
                                                call(
                                                        m.owner(),
                                                        m.methodName(),
                                                        m.lookupDescriptor(),
                                                        line)
                                                        .stream())
                                .forEach(body.calls()::add);
                default -> {}
            }
            for (Label target : targets(elements.get(i))) {
                int to = positions.get(target);
                if (to < from(elements.get(i), i, positions)) {
                    while (!(elements.get(to) instanceof Instruction)) {
                        to++;
                    }
                    body.loops().add(lines[to]);
                }
            }
        }
        return body;
    }

    /** Where control may go from here, other than to the next instruction. */
    private static List<Label> targets(CodeElement element) {
        return switch (element) {
            case BranchInstruction branch -> List.of(branch.target());
            case TableSwitchInstruction table -> targets(table.defaultTarget(), table.cases());
            case LookupSwitchInstruction lookup -> targets(lookup.defaultTarget(), lookup.cases());
            case ExceptionCatch handler -> List.of(handler.handler());
            default -> List.of();
        };
    }

    private static List<Label> targets(Label otherwise, List<SwitchCase> cases) {
        return Stream.concat(Stream.of(otherwise), cases.stream().map(SwitchCase::target)).toList();
    }

    /** Control reaches a handler from anywhere in its range, an instruction's target from there. */
    private static int from(CodeElement element, int at, Map<Label, Integer> positions) {
        return element instanceof ExceptionCatch handler ? positions.get(handler.tryEnd()) : at;
    }

    /** A call that does not leave the policy's own classes. */
    private Optional<Call> call(ClassDesc owner, String name, String type, int line) {
        return !owner.isArray() && own.contains(Members.name(owner))
                ? Optional.of(new Call(signature(owner, name, type), line))
                : Optional.empty();
    }

    /** Constructors and class initialisers override nothing: they are told apart by their class. */
    private static Signature signature(ClassDesc owner, String name, String type) {
        return new Signature(name.startsWith("<") ? name + Members.name(owner) : name, type);
    }
}
