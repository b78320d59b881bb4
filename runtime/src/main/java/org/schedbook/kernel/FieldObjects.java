package org.schedbook.kernel;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import org.schedbook.kernel.Translator.Field;
import org.schedbook.kernel.Translator.Kind;

/** Calls of the library's objects that a policy has in its fields: each is a macro of policy.h. */
final class FieldObjects {

    /** Of a map, what finds by {@code equals}: a key of another type is never found in Java. */
    private static final Set<String> FINDING =
            Set.of("get", "getOrDefault", "containsKey", "remove");

    private final Translator program;
    private final Body body;

    FieldObjects(Translator program, Body body) {
        this.program = program;
        this.body = body;
    }

    static boolean isOne(Field field) {
        return field != null
                && switch (field.kind) {
                    case RANDOM, ATOMIC, BITS, MAP -> true;
                    default -> false;
                };
    }

    String call(MethodInvocationTree tree, Field field, String name, boolean wanted) {
        field.read = true;
        return switch (field.kind) {
            case RANDOM -> random(tree, field, name);
            case ATOMIC -> atomic(tree, field, name);
            case BITS -> bits(tree, field, name);
            case MAP -> map(tree, field, name, wanted);
            default -> throw new IllegalStateException(field.name);
        };
    }

    private List<String> numbers(MethodInvocationTree tree) {
        var values = new ArrayList<String>();
        for (ExpressionTree argument : tree.getArguments()) {
            body.checkNumber(argument);
            values.add(body.expression(argument));
        }
        return values;
    }

    private String key(MethodInvocationTree tree, String name) {
        return name + tree.getArguments().size();
    }

    private RuntimeException unknown(MethodInvocationTree tree, Field field, String name) {
        return program.refuse(
                tree,
                Unsupported.NO_LIBRARY,
                Translator.simple(field.element.asType()).replaceAll("<.*", "")
                        + "."
                        + name
                        + "()");
    }

    // ---- Random -----------------------------------------------------------------------------

    private String random(MethodInvocationTree tree, Field field, String name) {
        if (Set.of("nextDouble", "nextFloat", "nextGaussian", "nextExponential").contains(name)) {
            throw program.refuse(tree, Unsupported.NO_FLOATING_POINT, name + "()");
        }
        if (Set.of("ints", "longs", "doubles").contains(name)) {
            throw program.refuse(tree, Unsupported.NO_LAMBDA, name + "()");
        }
        String macro =
                switch (key(tree, name)) {
                    case "nextInt0" -> "sb_next_int(%s)";
                    case "nextInt1" -> "sb_next_below(%s, %s)";
                    case "nextInt2" -> "sb_next_between(s32, %s, %s, %s)";
                    case "nextLong0" -> "sb_next_long(%s)";
                    case "nextLong1" -> "sb_next_between(s64, %s, 0, %s)";
                    case "nextLong2" -> "sb_next_between(s64, %s, %s, %s)";
                    case "nextBoolean0" -> "sb_next_boolean(%s)";
                    default -> throw unknown(tree, field, name);
                };
        return fill(macro, field, numbers(tree));
    }

    private static String fill(String macro, Field field, List<String> values) {
        var all = new ArrayList<String>(List.of(field.name));
        all.addAll(values);
        return macro.formatted(all.toArray());
    }

    // ---- Atomics ----------------------------------------------------------------------------

    private String atomic(MethodInvocationTree tree, Field field, String name) {
        boolean isBoolean = program.erasure(field.element.asType()).endsWith("AtomicBoolean");
        boolean takesFunction =
                tree.getArguments().stream()
                        .anyMatch(
                                a ->
                                        a instanceof LambdaExpressionTree
                                                || a instanceof MemberReferenceTree);
        if (takesFunction) {
            throw program.refuse(
                    tree.getArguments().getLast(), Unsupported.NO_LAMBDA, "a function");
        }
        String macro =
                switch (key(tree, name)) {
                    case "get0", "getPlain0", "getAcquire0", "getOpaque0" -> "READ_ONCE(%s)";
                    case "intValue0" -> "((s32)READ_ONCE(%s))";
                    case "longValue0" -> "((s64)READ_ONCE(%s))";
                    case "set1", "lazySet1", "setPlain1", "setRelease1", "setOpaque1" ->
                            "sb_store(%s, %s)";
                    case "getAndSet1" -> "sb_exchange(%s, %s)";
                    case "compareAndSet2",
                            "weakCompareAndSetPlain2",
                            "weakCompareAndSetVolatile2" ->
                            "sb_compare_and_set(%s, %s, %s)";
                    case "incrementAndGet0" -> "sb_add(%s, 1)";
                    case "decrementAndGet0" -> "sb_add(%s, -1)";
                    case "getAndIncrement0" -> "sb_add_after(%s, 1)";
                    case "getAndDecrement0" -> "sb_add_after(%s, -1)";
                    case "addAndGet1" -> "sb_add(%s, %s)";
                    case "getAndAdd1" -> "sb_add_after(%s, %s)";
                    default -> throw unknown(tree, field, name);
                };
        String text = fill(macro, field, numbers(tree));
        boolean yieldsBoolean =
                isBoolean && name.startsWith("get"); // kept in 32 bits, as BPF changes no fewer
        return yieldsBoolean ? "(" + text + " != 0)" : text;
    }

    // ---- BitSet -----------------------------------------------------------------------------

    private String bits(MethodInvocationTree tree, Field field, String name) {
        if (tree.getArguments().size() == 1
                && program.erasure(body.typeOf(tree.getArguments().getFirst()))
                        .equals("java.util.BitSet")) {
            Field other = body.fieldOf(tree.getArguments().getFirst());
            if (other == null || other.kind != Kind.BITS) {
                throw program.refuse(tree, Unsupported.NO_OBJECTS, "a BitSet that is no field");
            }
            other.read = true;
            String word = "READ_ONCE(" + other.name + ")";
            return switch (name) {
                case "or" -> "sb_or(%s, %s)".formatted(field.name, word);
                case "and" -> "sb_and(%s, %s)".formatted(field.name, word);
                case "andNot" -> "sb_and(%s, ~%s)".formatted(field.name, word);
                case "xor" -> "sb_xor(%s, %s)".formatted(field.name, word);
                case "intersects" -> "((READ_ONCE(%s) & %s) != 0)".formatted(field.name, word);
                default -> throw unknown(tree, field, name);
            };
        }
        String macro =
                switch (key(tree, name)) {
                    case "set1" -> "sb_set_bit(%s, %s)";
                    case "set2" -> {
                        if (body.typeOf(tree.getArguments().get(1)).getKind() != TypeKind.BOOLEAN) {
                            throw unknown(tree, field, name);
                        }
                        yield "sb_put_bit(%s, %s, %s)";
                    }
                    case "clear1" -> "sb_clear_bit(%s, %s)";
                    case "clear0" -> "(void)sb_store(%s, 0)";
                    case "flip1" -> "sb_flip_bit(%s, %s)";
                    case "get1" -> "sb_get_bit(%s, %s)";
                    case "nextSetBit1" -> "sb_next_bit(%s, %s)";
                    case "nextClearBit1" -> "sb_next_clear_bit(%s, %s)";
                    case "cardinality0" -> "sb_cardinality(%s)";
                    case "length0" -> "sb_length_of_bits(%s)";
                    case "isEmpty0" -> "(READ_ONCE(%s) == 0)";
                    default -> throw unknown(tree, field, name);
                };
        return fill(macro, field, numbers(tree));
    }

    // ---- Maps -------------------------------------------------------------------------------

    /** Returns the type of a map's values. */
    private TypeMirror valueType(Field map) {
        return ((DeclaredType) map.element.asType()).getTypeArguments().get(1);
    }

    private TypeMirror keyType(Field map) {
        return ((DeclaredType) map.element.asType()).getTypeArguments().getFirst();
    }

    private String map(MethodInvocationTree tree, Field field, String name, boolean wanted) {
        List<? extends ExpressionTree> arguments = tree.getArguments();
        if (arguments.isEmpty()) {
            throw program.refuse(tree, Unsupported.NO_MAP, name + "() of a map");
        }
        String key = mapKey(arguments.getFirst(), field, FINDING.contains(name));
        boolean objects = program.stateOf(valueType(field)) != null;
        String call = key(tree, name);
        if (objects) {
            return switch (call) {
                case "get1" -> "sb_entry(%s, %s)".formatted(field.name, key);
                case "containsKey1" -> "sb_contains_key(%s, %s)".formatted(field.name, key);
                case "remove1" -> remove(tree, field, key, wanted);
                case "computeIfAbsent2" -> {
                    boolean makes =
                            arguments.get(1) instanceof LambdaExpressionTree lambda
                                    && lambda.getBody() instanceof ExpressionTree made
                                    && isNew(made, field);
                    if (!makes) {
                        throw program.refuse(
                                arguments.get(1),
                                Unsupported.NO_LAMBDA,
                                "a function other than key -> new "
                                        + Translator.simple(valueType(field))
                                        + "()");
                    }
                    yield "sb_map_compute_if_absent(%s, %s)".formatted(field.name, key);
                }
                case "put2" -> {
                    if (wanted || !isNew(arguments.get(1), field)) {
                        throw program.refuse(
                                tree, Unsupported.NO_OBJECTS, "put() of anything but a new object");
                    }
                    yield "sb_map_put_new(%s, %s)".formatted(field.name, key);
                }
                default -> throw program.refuse(tree, Unsupported.NO_MAP, name + "() of a map");
            };
        }
        return switch (call) {
            case "get1" -> "sb_map_get(%s, %s)".formatted(field.name, key);
            case "containsKey1" -> "sb_contains_key(%s, %s)".formatted(field.name, key);
            case "remove1" -> remove(tree, field, key, wanted);
            case "getOrDefault2" ->
                    "sb_map_get_or(%s, %s, %s)".formatted(field.name, key, number(tree, 1));
            case "put2", "putIfAbsent2" -> {
                if (wanted) {
                    throw program.refuse(
                            tree, Unsupported.NO_OBJECTS, "what " + name + "() returns");
                }
                yield "%s(%s, %s, %s)"
                        .formatted(
                                name.equals("put") ? "sb_map_put" : "sb_map_put_if_absent",
                                field.name,
                                key,
                                number(tree, 1));
            }
            case "merge3" -> {
                if (wanted) {
                    throw program.refuse(tree, Unsupported.NO_OBJECTS, "what merge() returns");
                }
                yield "sb_map_merge(%s, %s, %s, %s)"
                        .formatted(field.name, key, number(tree, 1), change(arguments.get(2)));
            }
            default -> throw program.refuse(tree, Unsupported.NO_MAP, name + "() of a map");
        };
    }

    private String remove(MethodInvocationTree tree, Field field, String key, boolean wanted) {
        if (wanted) {
            throw program.refuse(tree, Unsupported.NO_OBJECTS, "what remove() returns");
        }
        return "sb_map_remove(%s, %s)".formatted(field.name, key);
    }

    private String number(MethodInvocationTree tree, int index) {
        ExpressionTree argument = tree.getArguments().get(index);
        body.checkNumber(argument);
        return body.expression(argument);
    }

    private String mapKey(ExpressionTree tree, Field field, boolean finds) {
        TypeMirror type = body.typeOf(tree);
        TypeMirror keys = keyType(field);
        if (Translator.isTask(keys)) {
            return "sb_pid(%s)".formatted(body.expression(tree));
        }
        if (program.enumOf(keys) != null) {
            return "sb_ordinal(%s)".formatted(body.expression(tree));
        }
        body.checkNumber(tree);
        boolean same = program.trees.types.unboxedType(keys).getKind() == type.getKind();
        if (finds && !same) {
            throw program.refuse(
                    tree,
                    Unsupported.NO_MAP,
                    "a key of type %s, which is never equal to one of type %s"
                            .formatted(type, Translator.simple(keys)));
        }
        return body.expression(tree);
    }

    private boolean isNew(ExpressionTree tree, Field field) {
        return Body.bare(tree) instanceof NewClassTree made
                && made.getArguments().isEmpty()
                && made.getClassBody() == null
                && program.trees.types.isSameType(body.typeOf(made), valueType(field));
    }

    /** What merge() does to a value that is there: one of the functions that are one step. */
    private String change(ExpressionTree tree) {
        String name = "";
        if (tree instanceof MemberReferenceTree reference) {
            name = reference.getName().toString();
        } else if (tree instanceof LambdaExpressionTree lambda
                && lambda.getParameters().size() == 2) {
            Element first = program.trees.element(lambda.getParameters().getFirst());
            Element second = program.trees.element(lambda.getParameters().get(1));
            if (lambda.getBody() instanceof BinaryTree sum
                    && sum.getKind() == Tree.Kind.PLUS
                    && names(sum.getLeftOperand(), first, second)
                    && names(sum.getRightOperand(), first, second)
                    && program.trees.element(sum.getLeftOperand())
                            != program.trees.element(sum.getRightOperand())) {
                name = "sum";
            }
        }
        return switch (name) {
            case "sum" -> "sb_add";
            case "max" -> "sb_raise";
            case "min" -> "sb_lower";
            default ->
                    throw program.refuse(
                            tree, Unsupported.NO_LAMBDA, "a function other than sum, max and min");
        };
    }

    private boolean names(ExpressionTree tree, Element first, Element second) {
        return tree instanceof IdentifierTree
                && (program.trees.element(tree) == first || program.trees.element(tree) == second);
    }
}
