package org.schedbook.kernel;

import com.sun.source.tree.ArrayAccessTree;
import com.sun.source.tree.AssertTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.BreakTree;
import com.sun.source.tree.CaseTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ConditionalExpressionTree;
import com.sun.source.tree.ContinueTree;
import com.sun.source.tree.DoWhileLoopTree;
import com.sun.source.tree.EmptyStatementTree;
import com.sun.source.tree.EnhancedForLoopTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.ForLoopTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.IfTree;
import com.sun.source.tree.InstanceOfTree;
import com.sun.source.tree.LabeledStatementTree;
import com.sun.source.tree.LambdaExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberReferenceTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.NewArrayTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.tree.ReturnTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.ThrowTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TryTree;
import com.sun.source.tree.TypeCastTree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.tree.WhileLoopTree;
import com.sun.source.tree.YieldTree;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import org.schedbook.kernel.Translator.Field;
import org.schedbook.kernel.Translator.Kind;
import org.schedbook.kernel.Translator.Method;

/**
 * The C of one method. All text carries marks of the lines it belongs on, see {@link Lines}.
 *
 * <p>Operands with side effects are put into variables first, in Java's order: C has none.
 */
final class Body {

    private static final Set<String> SELECTIONS =
            Set.of(
                    "org.schedbook.policy.Dsq",
                    "org.schedbook.policy.Enq",
                    "org.schedbook.policy.Kick");

    private static final Map<String, String> TASK_READS =
            Map.of(
                    "pid", "sb_pid",
                    "tgid", "sb_tgid",
                    "cpu", "sb_cpu",
                    "weight", "sb_weight",
                    "vtime", "sb_vtime",
                    "ranNs", "sb_ran_ns",
                    "execRuntimeNs", "sb_exec_runtime_ns",
                    "startNs", "sb_start_ns",
                    "stopNs", "sb_stop_ns",
                    "nrCpusAllowed", "sb_nr_cpus_allowed");

    /** Of collections and the like, what changes nothing. */
    private static final Set<String> PURE =
            Set.of(
                    "size",
                    "isEmpty",
                    "peek",
                    "contains",
                    "peekFirst",
                    "get",
                    "getOrDefault",
                    "containsKey",
                    "cardinality",
                    "nextSetBit",
                    "nextClearBit",
                    "values");

    private static final Set<String> TIMES = Set.of("ranNs", "execRuntimeNs", "startNs", "stopNs");

    private final Translator program;
    private final JavaTrees trees;
    private final Method method;
    private final FieldObjects objects;
    private final Map<Element, String> locals = new HashMap<>();

    /** Labels of the loops around, innermost last; the label of a loop that follows. */
    private String label;

    /** What each label that is in sight is called in C, and all that were. */
    private final Map<String, String> labels = new HashMap<>();

    private final Set<String> oldLabels = new HashSet<>();

    private int nrTemps;

    /** Where a yield leaves its value, innermost last. */
    private final List<String> yields = new ArrayList<>();

    /** A loop over a queue by an iterator: the iterator's variable, and the task it stands at. */
    private final Map<Element, Element> iterators = new HashMap<>();

    private final Map<Element, Field> iterated = new HashMap<>();

    /** What an if has tested of a field that is set in it: see setBeyond. */
    private Beyond beyond;

    private record Beyond(Field field, String value, String macro) {}

    Body(Translator program, Method method) {
        this.program = program;
        this.trees = program.trees;
        this.method = method;
        this.objects = new FieldObjects(program, this);
    }

    String text() {
        for (VariableTree parameter : method.tree.getParameters()) {
            locals.put(
                    trees.element(parameter), program.names.local(parameter.getName().toString()));
        }
        BlockTree body = method.tree.getBody();
        var text = new StringBuilder(program.head(method)).append(" {");
        body.getStatements().forEach(s -> text.append(statement(s)));
        text.append(Lines.mark(trees.endLine(body))).append("sb_out:;");
        if (method.element.getReturnType().getKind() != TypeKind.VOID) {
            text.append(" return 0;");
        }
        return text.append(" }").toString();
    }

    /** The type of an expression; of what a map of numbers gives, that of the number. */
    TypeMirror typeOf(Tree tree) {
        TypeMirror type = trees.type(tree);
        return tree instanceof ExpressionTree expression && isMapGet(expression)
                ? trees.types.unboxedType(type)
                : type;
    }

    private boolean isMapGet(ExpressionTree tree) {
        return bare(tree) instanceof MethodInvocationTree call
                && call.getMethodSelect() instanceof MemberSelectTree member
                && fieldOf(member.getExpression()) != null
                && fieldOf(member.getExpression()).kind == Kind.MAP
                && Set.of("java.lang.Integer", "java.lang.Long")
                        .contains(trees.type(call).toString());
    }

    private String temp() {
        return "sb_" + ++nrTemps;
    }

    private String cType(ExpressionTree tree) {
        return program.cType(tree, typeOf(tree));
    }

    RuntimeException refuse(Tree tree, Unsupported why, String what) {
        return program.refuse(tree, why, what);
    }

    // ---- Statements -----------------------------------------------------------------------

    /** Translates a statement; one that cannot be is refused, and the others looked at. */
    private String statement(StatementTree tree) {
        try {
            return Lines.mark(trees.line(tree)) + statementText(tree);
        } catch (Translator.Stop stop) {
            return ";";
        }
    }

    private String statementText(StatementTree tree) {
        String loopLabel = label;
        label = null;
        return switch (tree) {
            case BlockTree block -> block(block);
            case VariableTree variable -> variable(variable);
            case ExpressionStatementTree expression -> effect(expression.getExpression()) + ";";
            case IfTree test -> test(test);
            case ForLoopTree loop -> forLoop(loop, loopLabel);
            case WhileLoopTree loop -> {
                String condition = condition(loop.getCondition());
                yield "{ sb_turns(); while (sb_turn() && "
                        + condition
                        + ")"
                        + body(loop.getStatement(), loopLabel)
                        + " }"
                        + after(loopLabel);
            }
            case DoWhileLoopTree loop ->
                    "{ sb_turns(); do"
                            + body(loop.getStatement(), loopLabel)
                            + Lines.mark(trees.line(loop.getCondition()))
                            + "while (sb_turn() && "
                            + condition(loop.getCondition())
                            + "); }"
                            + after(loopLabel);
            case EnhancedForLoopTree loop -> forEach(loop, loopLabel);
            case LabeledStatementTree labeled -> {
                String name = labelled(labeled.getLabel().toString());
                label = name;
                String text = statementText(labeled.getStatement());
                boolean isLoop =
                        labeled.getStatement() instanceof ForLoopTree
                                || labeled.getStatement() instanceof WhileLoopTree
                                || labeled.getStatement() instanceof DoWhileLoopTree
                                || labeled.getStatement() instanceof EnhancedForLoopTree;
                if (!isLoop) {
                    text += after(name);
                    label = null;
                }
                yield "{ " + text + " }";
            }
            case ReturnTree result ->
                    result.getExpression() == null
                            ? "return;"
                            : "return " + expression(result.getExpression()) + ";";
            case BreakTree leave ->
                    leave.getLabel() == null
                            ? "break;"
                            : "goto " + labels.get(leave.getLabel().toString()) + "_break;";
            case ContinueTree next ->
                    next.getLabel() == null
                            ? "continue;"
                            : "goto " + labels.get(next.getLabel().toString()) + "_continue;";
            case SwitchTree choice -> choice(choice);
            case YieldTree result ->
                    "{ %s = %s; goto %s_end; }"
                            .formatted(
                                    yields.getLast(),
                                    expression(result.getValue()),
                                    yields.getLast());
            case EmptyStatementTree _ -> ";";
            // Java does not look at them either, unless asked to.
            case AssertTree _ -> ";";
            case ThrowTree thrown -> thrown(thrown);
            case TryTree _ -> throw refuse(tree, Unsupported.NO_EXCEPTIONS, "try");
            default ->
                    throw refuse(
                            tree,
                            Unsupported.STATEMENT,
                            tree.getKind().toString().toLowerCase(java.util.Locale.ROOT));
        };
    }

    /** Names a label: in C one is seen in the whole of a method. */
    private String labelled(String java) {
        String name = Names.member(java);
        while (!oldLabels.add(name)) {
            name += "_";
        }
        labels.put(java, name);
        return name;
    }

    private static String after(String loopLabel) {
        return loopLabel == null ? "" : " " + loopLabel + "_break:;";
    }

    /** The statement of a loop, with what a labelled continue goes to. */
    private String body(StatementTree tree, String loopLabel) {
        String text = " " + statement(tree);
        return loopLabel == null ? text : " {" + text + " " + loopLabel + "_continue:; }";
    }

    private String block(BlockTree block) {
        var text = new StringBuilder("{");
        block.getStatements().forEach(s -> text.append(statement(s)));
        return text.append(Lines.mark(trees.endLine(block))).append("}").toString();
    }

    private String variable(VariableTree tree) {
        Element element = trees.element(tree);
        String name = declare(element); // first, so that its uses are known if it is refused
        if (tree.getInitializer() instanceof NewArrayTree) {
            throw refuse(tree.getInitializer(), Unsupported.ARRAY_LATE, "a new array");
        }
        String type = program.cType(tree, element.asType());
        String value = tree.getInitializer() == null ? null : expression(tree.getInitializer());
        boolean constant = ((VariableElement) element).getConstantValue() != null; // fit for a case
        String text = (constant ? "const " : "") + Translator.variable(type, name);
        return value == null ? text + ";" : text + " = " + value + ";";
    }

    private String declare(Element element) {
        String name = program.names.local(element.getSimpleName().toString());
        locals.put(element, name);
        return name;
    }

    private String test(IfTree tree) {
        String condition = condition(tree.getCondition());
        Beyond outer = beyond;
        beyond = tree.getElseStatement() == null ? beyondOf(tree) : null;
        String then = statement(tree.getThenStatement());
        beyond = outer;
        String text = "if " + parenthesized(condition) + " " + then;
        if (tree.getElseStatement() != null) {
            // Without marks of its own: "else if" stays together.
            text += " else " + statement(tree.getElseStatement());
        }
        return text;
    }

    private static String parenthesized(String text) {
        return "(" + text + ")";
    }

    /**
     * Returns what is asked of a field whose value is the next thing to be raised or lowered, as in
     * {@code if (f < x) { f = x; }}: that can be done at once.
     */
    private Beyond beyondOf(IfTree tree) {
        StatementTree only = tree.getThenStatement();
        if (only instanceof BlockTree block && block.getStatements().size() == 1) {
            only = block.getStatements().getFirst();
        }
        if (!(only instanceof ExpressionStatementTree statement
                && statement.getExpression() instanceof AssignmentTree assignment)) {
            return null;
        }
        Field field = atomicField(assignment.getVariable());
        String value = assignment.getExpression().toString();
        if (field == null || isImpure(assignment.getExpression())) {
            return null;
        }
        ExpressionTree condition = bare(tree.getCondition());
        if (condition instanceof MethodInvocationTree call
                && trees.element(call).getSimpleName().contentEquals("vtimeBefore")
                && field.element.asType().getKind() == TypeKind.LONG
                && fieldOf(call.getArguments().getFirst()) == field
                && call.getArguments().get(1).toString().equals(value)) {
            return new Beyond(field, value, "sb_raise_vtime");
        }
        if (condition instanceof BinaryTree compare) {
            boolean left =
                    fieldOf(compare.getLeftOperand()) == field
                            && compare.getRightOperand().toString().equals(value);
            boolean right =
                    fieldOf(compare.getRightOperand()) == field
                            && compare.getLeftOperand().toString().equals(value);
            boolean less = compare.getKind() == Tree.Kind.LESS_THAN;
            boolean more = compare.getKind() == Tree.Kind.GREATER_THAN;
            if (left && less || right && more) {
                return new Beyond(field, value, "sb_raise");
            }
            if (left && more || right && less) {
                return new Beyond(field, value, "sb_lower");
            }
        }
        return null;
    }

    private String forLoop(ForLoopTree tree, String loopLabel) {
        String counted = countedLoop(tree, loopLabel);
        if (counted != null) {
            return counted;
        }
        if (isIteratorLoop(tree)) {
            return iteratorLoop(tree, loopLabel);
        }
        var text = new StringBuilder("{ ");
        for (StatementTree first : tree.getInitializer()) {
            text.append(
                            first instanceof VariableTree variable
                                    ? variable(variable)
                                    : statementText(first))
                    .append(' ');
        }
        text.append("sb_turns(); for (; sb_turn()");
        if (tree.getCondition() != null) {
            text.append(" && ").append(condition(tree.getCondition()));
        }
        text.append("; ");
        text.append(
                String.join(
                        ", ",
                        tree.getUpdate().stream().map(s -> effect(s.getExpression())).toList()));
        return text.append(")")
                .append(body(tree.getStatement(), loopLabel))
                .append(" }")
                .append(after(loopLabel))
                .toString();
    }

    /** A loop that counts: the verifier takes its variable from the number of the turn. */
    private String countedLoop(ForLoopTree tree, String loopLabel) {
        if (tree.getInitializer().size() != 1
                || !(tree.getInitializer().getFirst() instanceof VariableTree variable)
                || variable.getInitializer() == null
                || tree.getUpdate().size() != 1
                || tree.getCondition() == null) {
            return null;
        }
        Element counter = trees.element(variable);
        TypeKind kind = counter.asType().getKind();
        Long step = step(tree.getUpdate().getFirst().getExpression(), counter);
        if (kind != TypeKind.INT && kind != TypeKind.LONG
                || step == null
                || isAssigned(counter, tree.getCondition())
                || isAssigned(counter, tree.getStatement())) {
            return null;
        }
        String first = expression(variable.getInitializer());
        String type = program.cType(counter.asType());
        String before = "";
        if (constant(variable.getInitializer()) == null) {
            String start = temp();
            before = "%s %s = %s; ".formatted(type, start, first);
            first = start;
        }
        String name = declare(counter);
        return "{ %ssb_turns(); for (%s %s; sb_count(%s, %s, %d) && %s; )"
                        .formatted(
                                before,
                                type,
                                name,
                                name,
                                first,
                                step,
                                condition(tree.getCondition()))
                + body(tree.getStatement(), loopLabel)
                + " }"
                + after(loopLabel);
    }

    /** Returns by how much an update changes a counter, null if it is not that simple. */
    private Long step(ExpressionTree update, Element counter) {
        if (update instanceof UnaryTree unary && trees.element(unary.getExpression()) == counter) {
            return switch (unary.getKind()) {
                case PREFIX_INCREMENT, POSTFIX_INCREMENT -> 1L;
                case PREFIX_DECREMENT, POSTFIX_DECREMENT -> -1L;
                default -> null;
            };
        }
        if (update instanceof CompoundAssignmentTree compound
                && trees.element(compound.getVariable()) == counter
                && constant(compound.getExpression()) instanceof Number number
                && (number instanceof Integer || number instanceof Long)
                && Math.abs(number.longValue()) < 1 << 30) {
            return switch (compound.getKind()) {
                case PLUS_ASSIGNMENT -> number.longValue();
                case MINUS_ASSIGNMENT -> -number.longValue();
                default -> null;
            };
        }
        return null;
    }

    private boolean isAssigned(Element variable, Tree tree) {
        var found = new boolean[1];
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitAssignment(AssignmentTree assignment, Void unused) {
                found[0] |= trees.element(assignment.getVariable()) == variable;
                return super.visitAssignment(assignment, null);
            }

            @Override
            public Void visitCompoundAssignment(CompoundAssignmentTree assignment, Void unused) {
                found[0] |= trees.element(assignment.getVariable()) == variable;
                return super.visitCompoundAssignment(assignment, null);
            }

            @Override
            public Void visitUnary(UnaryTree unary, Void unused) {
                found[0] |=
                        isIncrement(unary.getKind())
                                && trees.element(unary.getExpression()) == variable;
                return super.visitUnary(unary, null);
            }
        }.scan(tree, null);
        return found[0];
    }

    private String forEach(EnhancedForLoopTree tree, String loopLabel) {
        Element variable = trees.element(tree.getVariable());
        Field queue = queueOf(tree.getExpression());
        if (queue != null) {
            String from = queue(tree.getExpression());
            String id = temp();
            String name = declare(variable);
            return "{ s64 %s = %s; struct task_struct *%s; sb_each(%s, %s)"
                            .formatted(id, from, name, name, id)
                    + body(tree.getStatement(), loopLabel)
                    + " }"
                    + after(loopLabel);
        }
        Map<Element, String> constants = constantsOf(tree.getExpression());
        if (constants != null) {
            String name = declare(variable);
            return "{ sb_turns(); for (s32 %s; sb_count(%s, 0, 1) && %s < %d; )"
                            .formatted(name, name, name, constants.size())
                    + body(tree.getStatement(), loopLabel)
                    + " }"
                    + after(loopLabel);
        }
        Field array = arrayOf(tree.getExpression());
        if (array == null && typeOf(tree.getExpression()) instanceof ArrayType other) {
            throw noArrayOfNumbers(
                    tree.getExpression(), tree.getExpression(), other.getComponentType());
        }
        if (array == null) {
            throw refuse(
                    tree.getExpression(),
                    Unsupported.NO_OBJECTS,
                    "a loop over " + Translator.simple(typeOf(tree.getExpression())));
        }
        array.read = true;
        String index = temp();
        String type = program.cType(tree.getVariable(), variable.asType());
        String name = declare(variable);
        return "{ sb_turns(); for (s32 %s; sb_count(%s, 0, 1) && %s < sb_length(%s); ) { %s %s = sb_at(%s, %s);"
                        .formatted(index, index, index, array.name, type, name, array.name, index)
                + body(tree.getStatement(), loopLabel)
                + " } }"
                + after(loopLabel);
    }

    /**
     * Whether a loop has the form {@code for (Iterator<Task> it = queue.iterator();
     * it.hasNext();)}.
     */
    private boolean isIteratorLoop(ForLoopTree tree) {
        return tree.getInitializer().size() == 1
                && tree.getInitializer().getFirst() instanceof VariableTree variable
                && program.erasure(trees.element(variable).asType()).equals("java.util.Iterator")
                && variable.getInitializer() instanceof MethodInvocationTree call
                && call.getMethodSelect() instanceof MemberSelectTree member
                && member.getIdentifier().contentEquals("iterator")
                && queueOf(member.getExpression()) != null
                && tree.getUpdate().isEmpty();
    }

    private String iteratorLoop(ForLoopTree tree, String loopLabel) {
        var variable = (VariableTree) tree.getInitializer().getFirst();
        var member =
                (MemberSelectTree)
                        ((MethodInvocationTree) variable.getInitializer()).getMethodSelect();
        Element iterator = trees.element(variable);
        List<? extends StatementTree> statements =
                tree.getStatement() instanceof BlockTree block ? block.getStatements() : List.of();
        boolean fits =
                bare(tree.getCondition()).toString().equals(variable.getName() + ".hasNext()")
                        && !statements.isEmpty()
                        && statements.getFirst() instanceof VariableTree first
                        && first.getInitializer() != null
                        && first.getInitializer().toString().equals(variable.getName() + ".next()");
        if (!fits) {
            throw refuse(
                    tree,
                    Unsupported.QUEUE_METHOD,
                    "a loop by an iterator that does not begin with a variable for next()");
        }
        var first = (VariableTree) statements.getFirst();
        Element task = trees.element(first);
        iterators.put(iterator, task);
        iterated.put(iterator, queueOf(member.getExpression()));
        String id = temp();
        String from = queue(member.getExpression());
        iteratedIds.put(iterator, id);
        String name = declare(task);
        var text =
                new StringBuilder(
                        "{ s64 %s = %s; struct task_struct *%s; sb_each(%s, %s) {"
                                .formatted(id, from, name, name, id));
        text.append(Lines.mark(trees.line(first))).append(";");
        statements.stream().skip(1).forEach(s -> text.append(statement(s)));
        text.append(Lines.mark(trees.endLine(tree.getStatement())));
        if (loopLabel != null) {
            text.append(loopLabel).append("_continue:;");
        }
        return text.append("} }").append(after(loopLabel)).toString();
    }

    private final Map<Element, String> iteratedIds = new HashMap<>();

    private String choice(SwitchTree tree) {
        return "switch (%s) {".formatted(selector(tree.getExpression()))
                + cases(tree.getCases())
                + Lines.mark(trees.endLine(tree))
                + "}";
    }

    private String selector(ExpressionTree tree) {
        ExpressionTree bare = bare(tree);
        if (typeOf(bare).toString().equals("java.lang.String")) {
            throw refuse(bare, Unsupported.NO_STRINGS, "a switch on a String");
        }
        if (program.enumOf(typeOf(bare)) != null) {
            return "sb_ordinal(%s)".formatted(expression(bare));
        }
        if (!typeOf(bare).getKind().isPrimitive()) {
            program.cType(bare, typeOf(bare));
            throw refuse(bare, Unsupported.NO_PATTERNS, "a switch on an object");
        }
        return expression(bare);
    }

    private String cases(List<? extends CaseTree> cases) {
        var text = new StringBuilder();
        for (CaseTree one : cases) {
            text.append(Lines.mark(trees.line(one)));
            if (one.getGuard() != null) {
                throw refuse(one.getGuard(), Unsupported.NO_PATTERNS, "when");
            }
            boolean isDefault = one.getExpressions().isEmpty();
            if (isDefault) {
                if (one.getLabels().stream()
                        .anyMatch(l -> l.getKind() == Tree.Kind.PATTERN_CASE_LABEL)) {
                    throw refuse(one, Unsupported.NO_PATTERNS, "a pattern");
                }
                text.append("default: ");
            }
            for (ExpressionTree value : one.getExpressions()) {
                text.append("case ").append(expression(value)).append(": ");
            }
            if (one.getCaseKind() == CaseTree.CaseKind.STATEMENT) {
                text.append(";");
                one.getStatements().forEach(s -> text.append(statement(s)));
            } else if (one.getBody() instanceof StatementTree body) {
                text.append("{ ").append(statement(body)).append(" break; }");
            } else {
                text.append("{ ")
                        .append(yields.getLast())
                        .append(" = ")
                        .append(expression((ExpressionTree) one.getBody()))
                        .append("; break; }");
            }
        }
        return text.toString();
    }

    private String thrown(ThrowTree tree) {
        if (!(bare(tree.getExpression()) instanceof NewClassTree made)) {
            throw refuse(tree, Unsupported.NO_EXCEPTIONS, "an exception that is kept");
        }
        if (isImpure(made)) {
            throw refuse(tree, Unsupported.NO_EXCEPTIONS, "a throw that changes something");
        }
        String message =
                made.getArguments().size() == 1
                                && bare(made.getArguments().getFirst()) instanceof LiteralTree text
                        ? ": " + text.getValue()
                        : "";
        program.thrown.add(
                program.binaryName((TypeElement) trees.types.asElement(typeOf(made))) + message);
        return "sb_fail(SB_THROWS, %d);".formatted(program.thrown.size() - 1);
    }

    // ---- Effects --------------------------------------------------------------------------

    /** An expression whose value nobody wants. */
    private String effect(ExpressionTree tree) {
        return switch (bare(tree)) {
            case UnaryTree unary when isIncrement(unary.getKind()) -> increment(unary, false);
            case CompoundAssignmentTree compound -> compound(compound, false);
            case AssignmentTree assignment -> assignment(assignment, false);
            case MethodInvocationTree call -> call(call, false);
            case ExpressionTree other -> expression(other);
        };
    }

    static boolean isIncrement(Tree.Kind kind) {
        return switch (kind) {
            case PREFIX_INCREMENT, PREFIX_DECREMENT, POSTFIX_INCREMENT, POSTFIX_DECREMENT -> true;
            default -> false;
        };
    }

    private String increment(UnaryTree tree, boolean wanted) {
        ExpressionTree variable = bare(tree.getExpression());
        boolean up =
                tree.getKind() == Tree.Kind.PREFIX_INCREMENT
                        || tree.getKind() == Tree.Kind.POSTFIX_INCREMENT;
        boolean after =
                tree.getKind() == Tree.Kind.POSTFIX_INCREMENT
                        || tree.getKind() == Tree.Kind.POSTFIX_DECREMENT;
        if (isShared(variable)) {
            String macro = wanted && after ? "sb_add_after" : "sb_add";
            return "%s(%s, %d)".formatted(macro, target(variable, true), up ? 1 : -1);
        }
        String text = target(variable, false);
        String operator = up ? "++" : "--";
        return after ? text + operator : operator + text;
    }

    /** Whether an lvalue is one that all CPUs change and that BPF can change at once. */
    private boolean isShared(ExpressionTree variable) {
        TypeKind kind = typeOf(variable).getKind();
        if (kind != TypeKind.INT && kind != TypeKind.LONG) {
            return false;
        }
        return scalarOf(variable) != null
                || variable instanceof ArrayAccessTree access
                        && arrayOf(access.getExpression()) != null;
    }

    private Field atomicField(ExpressionTree variable) {
        Field field = scalarOf(bare(variable));
        return field != null && isShared(bare(variable)) ? field : null;
    }

    /** Translates what is assigned to, and notes that a field is. */
    private String target(ExpressionTree tree, boolean atomic) {
        ExpressionTree variable = bare(tree);
        Field field = scalarOf(variable);
        if (variable instanceof ArrayAccessTree access) {
            field = arrayOf(access.getExpression());
        }
        if (field != null) {
            field.written = true;
            if (!atomic) {
                field.plainlyWritten = true;
                field.plainLine = field.plainLine == 0 ? trees.line(tree) : field.plainLine;
            }
        }
        if (variable instanceof IdentifierTree || variable instanceof MemberSelectTree) {
            Element element = trees.element(variable);
            if (field == null
                    && element.getKind() == ElementKind.FIELD
                    && program.fields.containsKey(element)) {
                throw refuse(tree, Unsupported.LATE_FIELD, "an assignment to " + variable);
            }
        }
        return lvalue(variable);
    }

    private String lvalue(ExpressionTree tree) {
        Field field = scalarOf(tree);
        return field != null ? field.name : expression(tree);
    }

    private String assignment(AssignmentTree tree, boolean wanted) {
        ExpressionTree variable = bare(tree.getVariable());
        ExpressionTree value = tree.getExpression();
        Field field = atomicField(variable);
        if (field != null && !wanted) {
            if (beyond != null && beyond.field == field && beyond.value.equals(value.toString())) {
                field.written = true;
                field.read = true;
                return "%s(%s, %s)".formatted(beyond.macro, field.name, expression(value));
            }
            String atomic = atomicAssignment(field, bare(value));
            if (atomic != null) {
                return atomic;
            }
        }
        if (isImpure(value) || isImpure(variable)) {
            if (variable instanceof ArrayAccessTree access) {
                String index = temp();
                String result = temp();
                Field array = arrayOf(access.getExpression());
                target(variable, false);
                if (array == null) {
                    throw refuse(variable, Unsupported.ARRAY_ALIAS, variable.toString());
                }
                return "({ s32 %s = %s; %s %s = %s; sb_at(%s, %s) = %s; })"
                        .formatted(
                                index,
                                expression(access.getIndex()),
                                cType(variable),
                                result,
                                expression(value),
                                array.name,
                                index,
                                result);
            }
            String result = temp();
            String declared = Translator.variable(cType(variable), result);
            if (variable instanceof MemberSelectTree && scalarOf(variable) == null) {
                String pointer = temp();
                return "({ %s *%s = &%s; %s = %s; *%s = %s; })"
                        .formatted(
                                cType(variable),
                                pointer,
                                target(variable, false),
                                declared,
                                expression(value),
                                pointer,
                                result);
            }
            return "({ %s = %s; %s = %s; })"
                    .formatted(declared, expression(value), target(variable, false), result);
        }
        return target(variable, false) + " = " + expression(value);
    }

    /** Recognises {@code f = f + x}, {@code f = Math.max(f, x)} and the like. */
    private String atomicAssignment(Field field, ExpressionTree value) {
        if (value instanceof BinaryTree binary && !isImpure(value)) {
            ExpressionTree left = binary.getLeftOperand();
            ExpressionTree right = binary.getRightOperand();
            boolean isLeft = fieldOf(left) == field && !mentions(right, field);
            boolean isRight = fieldOf(right) == field && !mentions(left, field);
            if (typeOf(value).getKind() != field.element.asType().getKind()) {
                return null;
            }
            if (binary.getKind() == Tree.Kind.PLUS && (isLeft || isRight)) {
                return atomic(field, "sb_add", expression(isLeft ? right : left));
            }
            if (binary.getKind() == Tree.Kind.MINUS && isLeft) {
                return atomic(field, "sb_add", negated(left, expression(right)));
            }
        }
        if (value instanceof MethodInvocationTree call
                && !isImpure(value)
                && trees.element(call).getEnclosingElement().toString().equals("java.lang.Math")
                && call.getArguments().size() == 2) {
            String name = trees.element(call).getSimpleName().toString();
            ExpressionTree left = call.getArguments().getFirst();
            ExpressionTree right = call.getArguments().get(1);
            boolean isLeft = fieldOf(left) == field && !mentions(right, field);
            boolean isRight = fieldOf(right) == field && !mentions(left, field);
            if ((isLeft || isRight) && (name.equals("max") || name.equals("min"))) {
                return atomic(
                        field,
                        name.equals("max") ? "sb_raise" : "sb_lower",
                        expression(isLeft ? right : left));
            }
        }
        return null;
    }

    /** Widened first: the least int has no negative. */
    private String negated(ExpressionTree variable, String operand) {
        return "-(%s)(%s)".formatted(cType(variable), operand);
    }

    private String atomic(Field field, String macro, String value) {
        field.written = true;
        field.read = true;
        return "%s(%s, %s)".formatted(macro, field.name, value);
    }

    private boolean mentions(Tree tree, Field field) {
        var found = new boolean[1];
        new TreeScanner<Void, Void>() {
            @Override
            public Void scan(Tree node, Void unused) {
                if (node instanceof IdentifierTree || node instanceof MemberSelectTree) {
                    found[0] |= trees.element(node) == field.element;
                }
                return super.scan(node, null);
            }
        }.scan(tree, null);
        return found[0];
    }

    private String compound(CompoundAssignmentTree tree, boolean wanted) {
        ExpressionTree variable = bare(tree.getVariable());
        ExpressionTree value = tree.getExpression();
        TypeKind type = typeOf(variable).getKind();
        if (typeOf(variable).toString().equals("java.lang.String")) {
            throw refuse(tree, Unsupported.NO_STRINGS, "a String");
        }
        checkNumber(value);
        boolean sameWidth = type == TypeKind.LONG || typeOf(value).getKind() != TypeKind.LONG;
        boolean ordered = isImpure(value) || isImpure(variable);
        if (isShared(variable) && !ordered && sameWidth) {
            String macro =
                    switch (tree.getKind()) {
                        case PLUS_ASSIGNMENT, MINUS_ASSIGNMENT -> "sb_add";
                        case OR_ASSIGNMENT -> wanted ? null : "sb_or";
                        case AND_ASSIGNMENT -> wanted ? null : "sb_and";
                        case XOR_ASSIGNMENT -> wanted ? null : "sb_xor";
                        default -> null;
                    };
            if (macro != null) {
                String operand = expression(value);
                if (tree.getKind() == Tree.Kind.MINUS_ASSIGNMENT) {
                    operand = negated(variable, operand);
                }
                return "%s(%s, %s)".formatted(macro, target(variable, true), operand);
            }
        }
        Field field = scalarOf(variable);
        if (field != null) {
            field.read = true;
        }
        // As Java has it: the old value first, then the operand, then back to the type.
        String c = cType(variable);
        String pointer = temp();
        String old = temp();
        String result =
                binary(
                        operator(tree.getKind()),
                        old,
                        operand(value),
                        isLong(variable) || isLong(value) && !isShift(tree.getKind())
                                ? "s64"
                                : "s32",
                        value,
                        isLong(value));
        boolean simple =
                !ordered
                        && !(variable instanceof ArrayAccessTree)
                        && switch (tree.getKind()) {
                            case PLUS_ASSIGNMENT,
                                    MINUS_ASSIGNMENT,
                                    MULTIPLY_ASSIGNMENT,
                                    OR_ASSIGNMENT,
                                    AND_ASSIGNMENT,
                                    XOR_ASSIGNMENT ->
                                    true;
                            default -> false;
                        };
        if (simple) {
            return "%s %s= %s"
                    .formatted(
                            target(variable, false), operator(tree.getKind()), expression(value));
        }
        return "({ %s *%s = &%s; %s %s = *%s; *%s = (%s)(%s); })"
                .formatted(
                        c, pointer, target(variable, false), c, old, pointer, pointer, c, result);
    }

    private static boolean isShift(Tree.Kind kind) {
        return switch (kind) {
            case LEFT_SHIFT_ASSIGNMENT, RIGHT_SHIFT_ASSIGNMENT, UNSIGNED_RIGHT_SHIFT_ASSIGNMENT ->
                    true;
            default -> false;
        };
    }

    private static String operator(Tree.Kind kind) {
        return switch (kind) {
            case PLUS, PLUS_ASSIGNMENT -> "+";
            case MINUS, MINUS_ASSIGNMENT -> "-";
            case MULTIPLY, MULTIPLY_ASSIGNMENT -> "*";
            case DIVIDE, DIVIDE_ASSIGNMENT -> "/";
            case REMAINDER, REMAINDER_ASSIGNMENT -> "%";
            case LEFT_SHIFT, LEFT_SHIFT_ASSIGNMENT -> "<<";
            case RIGHT_SHIFT, RIGHT_SHIFT_ASSIGNMENT -> ">>";
            case UNSIGNED_RIGHT_SHIFT, UNSIGNED_RIGHT_SHIFT_ASSIGNMENT -> ">>>";
            case AND, AND_ASSIGNMENT -> "&";
            case OR, OR_ASSIGNMENT -> "|";
            case XOR, XOR_ASSIGNMENT -> "^";
            case CONDITIONAL_AND -> "&&";
            case CONDITIONAL_OR -> "||";
            case LESS_THAN -> "<";
            case LESS_THAN_EQUAL -> "<=";
            case GREATER_THAN -> ">";
            case GREATER_THAN_EQUAL -> ">=";
            case EQUAL_TO -> "==";
            case NOT_EQUAL_TO -> "!=";
            default -> throw new IllegalStateException(kind.toString());
        };
    }

    // ---- Expressions ----------------------------------------------------------------------

    static ExpressionTree bare(ExpressionTree tree) {
        ExpressionTree inner = tree;
        while (inner instanceof ParenthesizedTree parenthesized) {
            inner = parenthesized.getExpression();
        }
        return inner;
    }

    private String condition(ExpressionTree tree) {
        ExpressionTree bare = bare(tree);
        String text = expression(bare);
        return bare.getKind() == Tree.Kind.CONDITIONAL_OR
                        || bare.getKind() == Tree.Kind.CONDITIONAL_EXPRESSION
                        || bare.getKind() == Tree.Kind.ASSIGNMENT
                ? "(" + text + ")"
                : text;
    }

    /** Returns the value of a constant expression, null if it is none. */
    private Object constant(ExpressionTree tree) {
        return switch (bare(tree)) {
            case LiteralTree literal -> literal.getValue();
            case IdentifierTree name when trees.element(name) instanceof VariableElement variable ->
                    variable.getConstantValue();
            case MemberSelectTree name
                    when trees.element(name) instanceof VariableElement variable ->
                    variable.getConstantValue();
            default -> null;
        };
    }

    void checkNumber(ExpressionTree tree) {
        TypeMirror type = typeOf(tree);
        if (type == null || type.getKind().isPrimitive() || type.getKind() == TypeKind.NULL) {
            if (type != null
                    && (type.getKind() == TypeKind.DOUBLE || type.getKind() == TypeKind.FLOAT)) {
                throw refuse(tree, Unsupported.NO_FLOATING_POINT, type.toString());
            }
            return;
        }
        if (type.getKind() != TypeKind.VOID) {
            program.cType(tree, type);
        }
    }

    private boolean isLong(ExpressionTree tree) {
        return typeOf(tree).getKind() == TypeKind.LONG;
    }

    String expression(ExpressionTree tree) {
        return Lines.mark(trees.line(tree)) + expressionText(tree);
    }

    private String expressionText(ExpressionTree tree) {
        switch (tree) {
            case LambdaExpressionTree _ -> throw refuse(tree, Unsupported.NO_LAMBDA, "a lambda");
            case MemberReferenceTree _ ->
                    throw refuse(tree, Unsupported.NO_LAMBDA, "a method reference");
            case NewArrayTree _ -> throw refuse(tree, Unsupported.ARRAY_LATE, "a new array");
            case NewClassTree made ->
                    throw refuse(
                            tree, Unsupported.NO_OBJECTS, "new " + Translator.simple(typeOf(made)));
            case InstanceOfTree _ -> throw refuse(tree, Unsupported.NO_PATTERNS, "instanceof");
            default -> {}
        }
        return switch (tree) {
            case ParenthesizedTree inner -> "(" + expression(inner.getExpression()) + ")";
            case LiteralTree literal -> {
                checkNumber(tree);
                yield literal.getValue() != null
                        ? literal(literal)
                        : program.enumOf(wantedType(trees.path(tree))) != null ? "-1" : "NULL";
            }
            case IdentifierTree name -> name(name);
            case MemberSelectTree select -> select(select);
            case UnaryTree unary -> unary(unary);
            case BinaryTree binary -> binary(binary);
            case AssignmentTree assignment -> "(" + assignment(assignment, true) + ")";
            case CompoundAssignmentTree compound -> "(" + compound(compound, true) + ")";
            case ConditionalExpressionTree choice -> {
                checkNumber(tree);
                String text =
                        expression(choice.getCondition())
                                + " ? "
                                + expression(choice.getTrueExpression())
                                + " : "
                                + expression(choice.getFalseExpression());
                TypeKind kind = typeOf(tree).getKind();
                boolean narrow =
                        kind == TypeKind.BYTE || kind == TypeKind.SHORT || kind == TypeKind.CHAR;
                yield narrow ? "(%s)(%s)".formatted(cType(tree), text) : text;
            }
            case TypeCastTree cast -> cast(cast);
            case ArrayAccessTree access -> access(access);
            case MethodInvocationTree call -> call(call, true);
            case SwitchExpressionTree choice -> {
                String result = temp();
                yields.add(result);
                String text =
                        "({ %s; switch (%s) {%s } %s_end:; %s; })"
                                .formatted(
                                        Translator.variable(cType(tree), result),
                                        selector(choice.getExpression()),
                                        cases(choice.getCases()),
                                        result,
                                        result);
                yields.removeLast();
                yield text;
            }
            default ->
                    throw refuse(
                            tree,
                            Unsupported.STATEMENT,
                            tree.getKind().toString().toLowerCase(java.util.Locale.ROOT));
        };
    }

    /** A number as it was written, if C reads it as Java does. */
    private String literal(LiteralTree tree) {
        Object value = tree.getValue();
        if (value instanceof Integer || value instanceof Long) {
            String text = tree.toString();
            long number = ((Number) value).longValue();
            if (number >= 0 && text.matches("[0-9]+L?")) {
                return Translator.literal(value);
            }
        }
        return Translator.literal(value);
    }

    /** Returns the type that a null stands for, null if that cannot be seen. */
    private TypeMirror wantedType(TreePath path) {
        Tree tree = path.getLeaf();
        TreePath above = path.getParentPath();
        return switch (above.getLeaf()) {
            case ParenthesizedTree _, ConditionalExpressionTree _, YieldTree _, CaseTree _ ->
                    wantedType(above);
            case BlockTree _ -> wantedType(above); // of a case, with a yield
            case SwitchExpressionTree _ -> wantedType(above);
            case VariableTree variable -> trees.element(variable).asType();
            case AssignmentTree assignment -> trees.type(assignment.getVariable());
            case ReturnTree _ -> method.element.getReturnType();
            case BinaryTree binary ->
                    trees.type(
                            binary.getLeftOperand() == tree
                                    ? binary.getRightOperand()
                                    : binary.getLeftOperand());
            case MethodInvocationTree call
                    when trees.element(call) instanceof ExecutableElement called
                            && call.getArguments().contains(tree)
                            && !called.isVarArgs() ->
                    called.getParameters().get(call.getArguments().indexOf(tree)).asType();
            default -> null;
        };
    }

    private String name(IdentifierTree tree) {
        Element element = trees.element(tree);
        String local = locals.get(element);
        if (local != null) {
            return local;
        }
        return isThis(tree) ? self(tree) : field(tree, element);
    }

    /** The object whose method this is, if it is one of those that C has. */
    private String self(ExpressionTree tree) {
        boolean known =
                program.selfType(method.element) != null
                        && trees.types.isSameType(
                                typeOf(tree), method.element.getEnclosingElement().asType());
        if (!known) {
            throw refuse(tree, Unsupported.NO_OBJECTS, "the policy itself as a value");
        }
        return "this";
    }

    private String field(ExpressionTree tree, Element element) {
        Field field = program.fields.get(element);
        if (field == null && isMember(element)) {
            return member("this", element);
        }
        if (field == null) {
            return libraryConstant(tree, element);
        }
        if (field.kind == Kind.CONSTANT || field.kind == Kind.SCALAR) {
            field.read = true;
            return field.name;
        }
        program.cType(tree, element.asType()); // says what is wrong with it
        if (Translator.isTask(element.asType())) {
            throw refuse(tree, Unsupported.TASK_FIELD, "the field " + field.element);
        }
        throw refuse(tree, Unsupported.NO_OBJECTS, "the field " + field.element);
    }

    /** Whether an element is a field of a state, or of the constants of an enum. */
    private boolean isMember(Element element) {
        return element.getKind() == ElementKind.FIELD
                && !element.getModifiers().contains(javax.lang.model.element.Modifier.STATIC)
                && (program.states.containsKey(element.getEnclosingElement())
                        || program.enums.containsKey(element.getEnclosingElement())
                                && program.enums
                                        .get(element.getEnclosingElement())
                                        .tables()
                                        .containsKey(element));
    }

    private String member(String of, Element element) {
        if (program.states.containsKey(element.getEnclosingElement())) {
            return "%s->%s".formatted(of, Names.member(element.getSimpleName().toString()));
        }
        program.tablesRead.add(element);
        return "sb_at(%s, sb_ordinal(%s))"
                .formatted(
                        program.enums.get(element.getEnclosingElement()).tables().get(element), of);
    }

    private String libraryConstant(ExpressionTree tree, Element element) {
        if (!(element instanceof VariableElement variable)) {
            throw refuse(tree, Unsupported.STATEMENT, tree.toString());
        }
        Translator.EnumType type = program.enums.get(element.getEnclosingElement());
        if (type != null && type.constants().containsKey(element)) {
            return type.constants().get(element);
        }
        String owner = element.getEnclosingElement().toString();
        if (SELECTIONS.contains(owner)) {
            return owner.substring(owner.lastIndexOf('.') + 1) + "_" + element.getSimpleName();
        }
        if (Translator.isOfPolicy(element)) {
            if (element.getSimpleName().contentEquals("SLICE_INF_NS")) {
                program.switches.add("SB_ENDLESS");
            }
            return element.getSimpleName().toString();
        }
        Object value = variable.getConstantValue();
        if (value == null) {
            if (element.getKind() == ElementKind.ENUM_CONSTANT) {
                throw refuse(tree, Unsupported.NO_ENUM, tree.toString());
            }
            throw refuse(tree, Unsupported.NO_OBJECTS, tree.toString());
        }
        if (value instanceof String) {
            throw refuse(tree, Unsupported.NO_STRINGS, "a String");
        }
        if (value instanceof Double || value instanceof Float) {
            throw refuse(tree, Unsupported.NO_FLOATING_POINT, value.toString());
        }
        return Translator.literal(value);
    }

    private String select(MemberSelectTree tree) {
        if (isThis(tree)) {
            return self(tree);
        }
        ExpressionTree of = bare(tree.getExpression());
        Element element = trees.element(tree);
        if (tree.getIdentifier().contentEquals("length") && arrayOf(of) != null) {
            arrayOf(of).read = true;
            return "sb_length(%s)".formatted(arrayOf(of).name);
        }
        if (tree.getIdentifier().contentEquals("length")) {
            Field queues = program.fields.get(trees.element(of));
            if (queues != null && queues.kind == Kind.QUEUES) {
                queues.read = true;
                return "sb_length(%s)".formatted(queues.name);
            }
        }
        if (element instanceof VariableElement && isMember(element)) {
            return member(expression(of), element);
        }
        if (tree.getIdentifier().contentEquals("length") && constantsOf(of) != null) {
            return Integer.toString(constantsOf(of).size());
        }
        if (typeOf(of) instanceof ArrayType array) {
            throw noArrayOfNumbers(of, tree, array.getComponentType());
        }
        return field(tree, element);
    }

    private String unary(UnaryTree tree) {
        if (isIncrement(tree.getKind())) {
            Field field = scalarOf(tree.getExpression());
            if (field != null) {
                field.read = true;
            }
            return "(" + increment(tree, true) + ")";
        }
        checkNumber(tree.getExpression());
        String operand = expression(tree.getExpression());
        return switch (tree.getKind()) {
            case UNARY_MINUS -> "-" + guard(operand);
            case UNARY_PLUS -> "+" + guard(operand);
            case BITWISE_COMPLEMENT -> "~" + operand;
            case LOGICAL_COMPLEMENT -> "!" + operand;
            default -> throw new IllegalStateException(tree.getKind().toString());
        };
    }

    /** Keeps a sign from running into another. */
    private static String guard(String operand) {
        String plain = Lines.plain(operand);
        return plain.startsWith("-") || plain.startsWith("+") ? "(" + operand + ")" : operand;
    }

    private String binary(BinaryTree tree) {
        ExpressionTree left = tree.getLeftOperand();
        ExpressionTree right = tree.getRightOperand();
        if (typeOf(tree).toString().equals("java.lang.String")) {
            throw refuse(tree, Unsupported.NO_STRINGS, "a String");
        }
        String missing = isMissing(tree, left, right);
        if (missing != null) {
            return missing;
        }
        checkNumber(left);
        checkNumber(right);
        String operator = operator(tree.getKind());
        String first = expression(left);
        String second = expression(right);
        if (operator.equals("&&") || operator.equals("||")) {
            return first + " " + operator + " " + second;
        }
        boolean wide =
                isLong(left)
                        || isLong(right)
                                && tree.getKind() != Tree.Kind.LEFT_SHIFT
                                && tree.getKind() != Tree.Kind.RIGHT_SHIFT
                                && tree.getKind() != Tree.Kind.UNSIGNED_RIGHT_SHIFT;
        String type = wide ? "s64" : "s32";
        if ((isImpure(left) || isImpure(right))
                && constant(left) == null
                && !isSettled(right, left)) {
            String value = temp();
            String declared =
                    Translator.variable(
                            typeOf(left).getKind() == TypeKind.NULL ? "void *" : cType(left),
                            value);
            return "({ %s = %s; %s; })"
                    .formatted(
                            declared,
                            first,
                            binary(operator, value, second, type, right, isLong(right)));
        }
        return binary(operator, first, second, type, right, isLong(right));
    }

    /** Whether an operand has the same value before and after what another does. */
    private boolean isSettled(ExpressionTree operand, ExpressionTree other) {
        return constant(operand) != null
                || bare(operand) instanceof IdentifierTree name
                        && locals.containsKey(trees.element(name))
                        && !isAssigned(trees.element(name), other);
    }

    /** Recognises {@code map.get(key) == null} of a map of numbers. */
    private String isMissing(BinaryTree tree, ExpressionTree left, ExpressionTree right) {
        boolean compares =
                tree.getKind() == Tree.Kind.EQUAL_TO || tree.getKind() == Tree.Kind.NOT_EQUAL_TO;
        if (!compares || !isMapGet(left) && !isMapGet(right)) {
            return null;
        }
        if (isMapGet(left) && isMapGet(right)) {
            throw refuse(tree, Unsupported.NO_OBJECTS, "whether two boxed numbers are the same");
        }
        ExpressionTree other = isMapGet(left) ? right : left;
        if (trees.type(other).getKind() != TypeKind.NULL) {
            return null;
        }
        var call = (MethodInvocationTree) bare(isMapGet(left) ? left : right);
        if (!trees.element(call).getSimpleName().contentEquals("get")) {
            return null;
        }
        String found =
                objects.call(
                        call,
                        fieldOf(((MemberSelectTree) call.getMethodSelect()).getExpression()),
                        "get",
                        true);
        String contains = found.replaceFirst("sb_map_get", "sb_contains_key");
        return tree.getKind() == Tree.Kind.EQUAL_TO ? "!" + contains : contains;
    }

    /**
     * @param type of the result, as far as it matters
     */
    private String binary(
            String operator,
            String left,
            String right,
            String type,
            ExpressionTree rightTree,
            boolean rightIsLong) {
        String mask = type.equals("s64") ? "63" : "31";
        Object constant = constant(rightTree);
        return switch (operator) {
            case "/", "%" -> {
                boolean safe =
                        constant instanceof Number number
                                && number.longValue() != 0
                                && number.longValue() != -1;
                yield safe
                        ? left + " " + operator + " " + right
                        : "%s(%s, %s, %s)"
                                .formatted(
                                        operator.equals("/") ? "sb_div" : "sb_mod",
                                        type,
                                        left,
                                        right);
            }
            case "<<", ">>" ->
                    constant instanceof Number number
                                    && number.longValue() >= 0
                                    && number.longValue() < (type.equals("s64") ? 64 : 32)
                            ? left + " " + operator + " " + right
                            : "%s %s ((%s) & %s)".formatted(left, operator, right, mask);
            case ">>>" ->
                    "((%s)((u%s)(%s) >> ((%s) & %s)))"
                            .formatted(type, type.substring(1), left, right, mask);
            default -> left + " " + operator + " " + guardSign(operator, right);
        };
    }

    private static String guardSign(String operator, String right) {
        return operator.equals("+") || operator.equals("-") ? guard(right) : right;
    }

    private String cast(TypeCastTree tree) {
        checkNumber(tree.getExpression());
        TypeMirror type = typeOf(tree);
        String to = program.cType(tree, type);
        return type.getKind().isPrimitive()
                ? "(%s)%s".formatted(to, operand(tree.getExpression()))
                : expression(tree.getExpression());
    }

    /** An operand of a cast: whatever binds less is put in parentheses. */
    private String operand(ExpressionTree tree) {
        String text = expression(tree);
        return tree instanceof ParenthesizedTree
                        || tree instanceof IdentifierTree
                        || tree instanceof MemberSelectTree
                        || tree instanceof LiteralTree
                ? text
                : "(" + text + ")";
    }

    /** Returns the constants that {@code Kind.values()} gives, null if a tree is no such call. */
    private Map<Element, String> constantsOf(ExpressionTree tree) {
        return bare(tree) instanceof MethodInvocationTree call
                        && trees.element(call) instanceof ExecutableElement called
                        && called.getSimpleName().contentEquals("values")
                        && called.getParameters().isEmpty()
                        && program.enums.containsKey(called.getEnclosingElement())
                ? program.enums.get(called.getEnclosingElement()).constants()
                : null;
    }

    private String access(ArrayAccessTree tree) {
        Map<Element, String> constants = constantsOf(tree.getExpression());
        if (constants != null) {
            return "sb_constant(%d, %s)".formatted(constants.size(), expression(tree.getIndex()));
        }
        Field array = arrayOf(tree.getExpression());
        if (array == null) {
            if (bare(tree.getExpression()) instanceof ArrayAccessTree) {
                throw refuse(tree, Unsupported.ARRAY_OF_ARRAYS, tree.toString());
            }
            throw noArrayOfNumbers(tree.getExpression(), tree, typeOf(tree));
        }
        array.read = true;
        return "sb_at(%s, %s)".formatted(array.name, expression(tree.getIndex()));
    }

    /** Returns what is wrong with a use of an array that is no field of numbers. */
    private RuntimeException noArrayOfNumbers(
            ExpressionTree array, ExpressionTree tree, TypeMirror element) {
        if (bare(array) instanceof NewArrayTree) {
            return refuse(array, Unsupported.ARRAY_LATE, "a new array");
        }
        if (element.getKind() == TypeKind.ARRAY) {
            return refuse(tree, Unsupported.ARRAY_OF_ARRAYS, tree.toString());
        }
        program.cType(tree, element); // says so if it can have no such elements at all
        if (Translator.isTask(element)) {
            return refuse(tree, Unsupported.TASK_FIELD, tree.toString());
        }
        return refuse(
                tree,
                program.stateOf(element) != null ? Unsupported.NO_OBJECTS : Unsupported.ARRAY_ALIAS,
                tree.toString());
    }

    // ---- Fields ---------------------------------------------------------------------------

    /** Returns the field that a tree names, null if it names none of the policy. */
    Field fieldOf(ExpressionTree tree) {
        ExpressionTree bare = bare(tree);
        boolean names =
                bare instanceof IdentifierTree
                        || bare instanceof MemberSelectTree select
                                && (isThis(bare(select.getExpression()))
                                        || trees.element(select.getExpression())
                                                instanceof TypeElement);
        return names ? program.fields.get(trees.element(bare)) : null;
    }

    /** Whether a tree is {@code this} or {@code Outer.this}. */
    private static boolean isThis(ExpressionTree tree) {
        return tree instanceof IdentifierTree name && name.getName().contentEquals("this")
                || tree instanceof MemberSelectTree outer
                        && outer.getIdentifier().contentEquals("this");
    }

    private Field scalarOf(ExpressionTree tree) {
        Field field = fieldOf(tree);
        return field != null && field.kind == Kind.SCALAR ? field : null;
    }

    private Field arrayOf(ExpressionTree tree) {
        Field field = fieldOf(tree);
        return field != null && field.kind == Kind.ARRAY ? field : null;
    }

    /** Returns the field that a queue of tasks is in: it, or an element of it. */
    private Field queueOf(ExpressionTree tree) {
        ExpressionTree bare = bare(tree);
        Field field = fieldOf(bare);
        if (field != null && field.kind == Kind.QUEUE) {
            return field;
        }
        if (bare instanceof ArrayAccessTree access) {
            field = fieldOf(access.getExpression());
            return field != null && field.kind == Kind.QUEUES ? field : null;
        }
        if (bare instanceof MethodInvocationTree call
                && call.getMethodSelect() instanceof MemberSelectTree member
                && member.getIdentifier().contentEquals("get")
                && call.getArguments().size() == 1) {
            field = fieldOf(member.getExpression());
            return field != null && field.kind == Kind.QUEUES ? field : null;
        }
        return null;
    }

    /** The number of a queue's DSQ. */
    private String queue(ExpressionTree tree) {
        ExpressionTree bare = bare(tree);
        Field field = queueOf(bare);
        field.read = true;
        ExpressionTree index =
                switch (bare) {
                    case ArrayAccessTree access -> access.getIndex();
                    case MethodInvocationTree call -> call.getArguments().getFirst();
                    default -> null;
                };
        return index == null
                ? field.name
                : "sb_queue_at(%s, %s)".formatted(field.name, expression(index));
    }

    // ---- Side effects ---------------------------------------------------------------------

    /** Whether the order of a tree and what stands beside it matters. */
    private boolean isImpure(Tree tree) {
        var found = new boolean[1];
        new TreeScanner<Void, Void>() {
            @Override
            public Void scan(Tree node, Void unused) {
                if (node instanceof AssignmentTree
                        || node instanceof CompoundAssignmentTree
                        || node instanceof UnaryTree unary && isIncrement(unary.getKind())
                        || node instanceof SwitchExpressionTree
                        || node instanceof MethodInvocationTree call && hasEffect(call)) {
                    found[0] = true;
                }
                return super.scan(node, null);
            }
        }.scan(tree, null);
        return found[0];
    }

    private boolean hasEffect(MethodInvocationTree call) {
        if (!(trees.element(call) instanceof ExecutableElement called)) {
            return true;
        }
        if (program.target(call, called) != null) {
            return true;
        }
        String owner = called.getEnclosingElement().toString();
        String name = called.getSimpleName().toString();
        if (owner.startsWith("java.lang.")
                || owner.equals("org.schedbook.policy.Task")
                || owner.equals("org.schedbook.policy.Dsq")
                || owner.equals("org.schedbook.policy.TaskStorage")) {
            return false;
        }
        if (Translator.isOfPolicy(called)) {
            return !Set.of("nrQueued", "isIdle", "vtimeBefore", "nowNs", "topology").contains(name);
        }
        return !PURE.contains(name);
    }

    // ---- Calls ----------------------------------------------------------------------------

    private String call(MethodInvocationTree tree, boolean wanted) {
        if (!(trees.element(tree) instanceof ExecutableElement called)) {
            throw refuse(tree, Unsupported.STATEMENT, tree.toString());
        }
        ExecutableElement own = program.target(tree, called);
        if (own != null) {
            return ownCall(tree, own);
        }
        String owner = program.erasure(called.getEnclosingElement().asType());
        String name = called.getSimpleName().toString();
        List<? extends ExpressionTree> arguments = tree.getArguments();
        ExpressionTree receiver =
                tree.getMethodSelect() instanceof MemberSelectTree member
                        ? member.getExpression()
                        : null;
        if (receiver != null && iterators.containsKey(trees.element(receiver))) {
            return iteratorCall(tree, trees.element(receiver), name);
        }
        if (receiver != null && queueOf(receiver) != null) {
            return queueCall(tree, receiver, name, wanted);
        }
        if (receiver != null && FieldObjects.isOne(fieldOf(receiver))) {
            return objects.call(tree, fieldOf(receiver), name, wanted);
        }
        String constant = enumCall(receiver, called, name, arguments);
        if (constant != null) {
            return constant;
        }
        return switch (owner) {
            case "org.schedbook.policy.Policy" -> verb(tree, name, arguments);
            case "org.schedbook.policy.Task" -> taskRead(tree, receiver, name);
            case "org.schedbook.policy.TaskStorage" -> {
                Field storage = fieldOf(receiver);
                if (storage == null || storage.kind != Kind.STORAGE) {
                    program.cType(tree, typeOf(tree));
                    throw refuse(receiver, Unsupported.NO_OBJECTS, "a storage of " + tree);
                }
                storage.read = true;
                yield "sb_get(%s, %s)".formatted(storage.name, expression(arguments.getFirst()));
            }
            case "org.schedbook.policy.Dsq" -> {
                for (ExpressionTree argument : arguments) {
                    checkNumber(argument);
                }
                yield "Dsq_%s(%s)".formatted(name, expression(arguments.getFirst()));
            }
            case "org.schedbook.policy.Topology" -> {
                boolean online =
                        name.equals("nrCpus")
                                && bare(receiver) instanceof MethodInvocationTree inner
                                && Translator.isOfPolicy(trees.element(inner));
                if (online) {
                    yield "sb_nr_online()";
                }
                throw refuse(tree, Unsupported.LATE_VALUE, "topology() in a callback");
            }
            case "java.lang.Math" -> math(tree, name, arguments);
            case "java.lang.Integer", "java.lang.Long" -> bits(tree, owner, name, arguments);
            default -> {
                if (program.states.containsKey(called.getEnclosingElement())) {
                    boolean accessor =
                            called.getEnclosingElement().getKind() == ElementKind.RECORD
                                    && arguments.isEmpty();
                    if (accessor) {
                        yield "%s->%s".formatted(expression(receiver), Names.member(name));
                    }
                }
                boolean late = tree.toString().contains("topology()");
                throw refuse(
                        tree,
                        late ? Unsupported.LATE_VALUE : reason(owner),
                        tree.getMethodSelect() + "()");
            }
        };
    }

    /** What every enum has; null if it is no call of that. */
    private String enumCall(
            ExpressionTree receiver,
            ExecutableElement called,
            String name,
            List<? extends ExpressionTree> arguments) {
        boolean own = called.getEnclosingElement().toString().equals("java.lang.Enum");
        boolean known =
                receiver == null
                        ? program.enums.containsKey(method.element.getEnclosingElement())
                        : program.enumOf(typeOf(receiver)) != null;
        if (!own || !known) {
            return null;
        }
        String constant =
                "sb_ordinal(%s)".formatted(receiver == null ? "this" : expression(receiver));
        return switch (name) {
            case "ordinal" -> constant;
            case "compareTo" ->
                    "(%s - sb_ordinal(%s))".formatted(constant, expression(arguments.getFirst()));
            case "equals" ->
                    program.enumOf(typeOf(arguments.getFirst())) == null
                            ? null
                            : "(%s == %s)".formatted(constant, expression(arguments.getFirst()));
            default -> null;
        };
    }

    private static Unsupported reason(String owner) {
        return switch (owner) {
            case "java.lang.String", "java.lang.StringBuilder" -> Unsupported.NO_STRINGS;
            case "java.util.Map",
                    "java.util.HashMap",
                    "java.util.TreeMap",
                    "java.util.LinkedHashMap",
                    "java.util.EnumMap" ->
                    Unsupported.NO_MAP;
            case "java.util.PriorityQueue", "java.util.TreeSet" -> Unsupported.ONE_KEY;
            case "java.lang.Double", "java.lang.Float" -> Unsupported.NO_FLOATING_POINT;
            case "java.lang.Enum" -> Unsupported.NO_ENUM;
            case String stream when stream.startsWith("java.util.stream") -> Unsupported.NO_LAMBDA;
            case String other when other.startsWith("java.util.function") -> Unsupported.NO_LAMBDA;
            default -> Unsupported.NO_LIBRARY;
        };
    }

    /** A call of the policy's own method: arguments in order, and out of here if it failed. */
    private String ownCall(MethodInvocationTree tree, ExecutableElement own) {
        Method callee = program.methods.get(own);
        List<? extends ExpressionTree> arguments = tree.getArguments();
        if (own.isVarArgs()) {
            throw refuse(tree, Unsupported.ARRAY_ALIAS, "a variable number of arguments");
        }
        var values = new ArrayList<String>();
        var before = new StringBuilder();
        if (program.selfType(own) != null) {
            values.add(self(tree, own, arguments, before));
        }
        boolean ordered = arguments.size() > 1 && arguments.stream().anyMatch(this::isImpure);
        for (int i = 0; i < arguments.size(); i++) {
            ExpressionTree argument = arguments.get(i);
            String value = expression(argument);
            String type = program.cType(argument, own.getParameters().get(i).asType());
            checkNumber(argument);
            if (ordered) {
                String temp = temp();
                before.append(Translator.variable(type, temp))
                        .append(" = ")
                        .append(value)
                        .append("; ");
                value = temp;
            }
            values.add(value);
        }
        String call =
                "%s(sb%s)"
                        .formatted(
                                callee.name,
                                values.isEmpty() ? "" : ", " + String.join(", ", values));
        String text =
                own.getReturnType().getKind() == TypeKind.VOID
                        ? "sb_run(" + call + ")"
                        : "sb_call(" + call + ")";
        return before.isEmpty() ? text : "({ " + before + text + "; })";
    }

    /** What a method of a state or of an enum is called on. */
    private String self(
            MethodInvocationTree tree,
            ExecutableElement own,
            List<? extends ExpressionTree> arguments,
            StringBuilder before) {
        ExpressionTree receiver =
                tree.getMethodSelect() instanceof MemberSelectTree member
                        ? member.getExpression()
                        : null;
        String type = program.selfType(own);
        String value = receiver == null ? "this" : expression(receiver);
        if (type.equals("s32")) {
            value = "sb_ordinal(%s)".formatted(value);
        }
        if (receiver != null
                && (isImpure(receiver) || arguments.stream().anyMatch(this::isImpure))) {
            String temp = temp();
            before.append(Translator.variable(type, temp)).append(" = ").append(value).append("; ");
            value = temp;
        }
        return value;
    }

    private void only(MethodInvocationTree tree, Unsupported why, String what, String... allowed) {
        if (!Set.of(allowed).containsAll(method.from)) {
            throw refuse(tree, why, what);
        }
    }

    private String verb(
            MethodInvocationTree tree, String name, List<? extends ExpressionTree> arguments) {
        for (ExpressionTree argument : arguments) {
            checkNumber(argument);
        }
        boolean isSuper =
                tree.getMethodSelect() instanceof MemberSelectTree member
                        && member.getExpression().toString().equals("super");
        if (isSuper) {
            if (arguments.stream().anyMatch(this::isImpure)) {
                throw refuse(
                        tree, Unsupported.STATEMENT, "super with arguments that change something");
            }
            return switch (name) {
                case "dispatch" -> "sb_dispatch_default(sb)";
                case "selectCpu" -> expression(arguments.get(1));
                default -> "(void)0";
            };
        }
        switch (name) {
            case "insert", "insertVtime" -> {
                only(
                        tree,
                        Unsupported.INSERT_EARLY,
                        name + " in " + String.join(", ", method.from),
                        "selectCpu",
                        "enqueue",
                        "dispatch");
                noteDsq(arguments.get(1), name.equals("insertVtime"));
                ExpressionTree slice = arguments.get(2);
                boolean endless = constant(slice) == null;
                if (endless || Long.valueOf(-1).equals(constant(slice))) {
                    program.switches.add("SB_ENDLESS");
                }
            }
            case "moveToLocal" ->
                    only(
                            tree,
                            Unsupported.MOVE_EARLY,
                            "moveToLocal in " + String.join(", ", method.from),
                            "dispatch");
            case "createDsq" -> throw refuse(tree, Unsupported.CREATE_LATE, "createDsq");
            case "taskStorage" -> throw refuse(tree, Unsupported.LATE_FIELD, "taskStorage");
            case "topology" -> throw refuse(tree, Unsupported.LATE_VALUE, "topology()");
            default -> {}
        }
        String macro =
                switch (name) {
                    case "insert" -> "sb_insert";
                    case "insertVtime" -> "sb_insert_vtime";
                    case "moveToLocal" -> "sb_move_to_local";
                    case "nrQueued" -> "sb_nr_queued";
                    case "kick" -> "sb_kick";
                    case "isIdle" -> "sb_is_idle";
                    case "pickIdleCpu" -> "sb_pick_idle_cpu";
                    case "nowNs" -> "sb_now_ns";
                    case "vtimeBefore" -> "vtimeBefore";
                    default -> throw refuse(tree, Unsupported.NO_LIBRARY, name + "()");
                };
        boolean ordered = name.equals("vtimeBefore") && arguments.stream().anyMatch(this::isImpure);
        if (ordered) {
            String left = temp();
            return "({ s64 %s = %s; vtimeBefore(%s, %s); })"
                    .formatted(
                            left,
                            expression(arguments.getFirst()),
                            left,
                            expression(arguments.get(1)));
        }
        return "%s(%s)"
                .formatted(
                        macro,
                        String.join(", ", arguments.stream().map(this::expression).toList()));
    }

    /** Notes which DSQs a policy inserts into, and how: the kernel ends a scheduler that mixes. */
    private void noteDsq(ExpressionTree tree, boolean vtime) {
        ExpressionTree dsq = bare(tree);
        if (dsq instanceof ConditionalExpressionTree choice) {
            noteDsq(choice.getTrueExpression(), vtime);
            noteDsq(choice.getFalseExpression(), vtime);
            return;
        }
        boolean everyones =
                trees.element(dsq) != null
                        && trees.element(dsq).getEnclosingElement() != null
                        && trees.element(dsq)
                                .getEnclosingElement()
                                .toString()
                                .equals("org.schedbook.policy.Dsq");
        if (everyones) {
            return;
        }
        Object constant = constant(dsq);
        if (constant instanceof Number number) {
            (vtime ? program.vtimeDsqs : program.fifoDsqs).put(number.longValue(), tree);
        } else if (vtime) {
            program.unknownVtimeDsq = tree;
        } else {
            program.unknownFifoDsq = tree;
        }
    }

    private String taskRead(MethodInvocationTree tree, ExpressionTree receiver, String name) {
        if (receiver == null) {
            throw refuse(tree, Unsupported.NO_LIBRARY, name + "()");
        }
        String task = expression(receiver);
        if (TIMES.contains(name)) {
            program.switches.add("SB_TIMES");
        }
        if (name.equals("canRunOn")) {
            return "sb_can_run_on(%s, %s)"
                    .formatted(task, expression(tree.getArguments().getFirst()));
        }
        String macro = TASK_READS.get(name);
        if (macro == null) {
            throw refuse(tree, Unsupported.NO_LIBRARY, "Task." + name + "()");
        }
        return "%s(%s)".formatted(macro, task);
    }

    // ---- Queues of tasks ------------------------------------------------------------------

    private String iteratorCall(MethodInvocationTree tree, Element iterator, String name) {
        if (!name.equals("remove")) {
            throw refuse(tree, Unsupported.QUEUE_METHOD, "the iterator's " + name + "()");
        }
        only(tree, Unsupported.MOVE_EARLY, "remove()", "dispatch");
        return "sb_queue_remove(%s, %s)"
                .formatted(iteratedIds.get(iterator), locals.get(iterators.get(iterator)));
    }

    private String queueCall(
            MethodInvocationTree tree, ExpressionTree receiver, String name, boolean wanted) {
        List<? extends ExpressionTree> arguments = tree.getArguments();
        String queue = queue(receiver);
        boolean takesTask =
                arguments.size() == 1 && Translator.isTask(typeOf(arguments.getFirst()));
        String key = name + arguments.size() + (takesTask ? "t" : "");
        switch (key) {
            case "add1t",
                    "addLast1t",
                    "offer1t",
                    "offerLast1t",
                    "addFirst1t",
                    "offerFirst1t",
                    "push1t" ->
                    only(
                            tree,
                            Unsupported.INSERT_EARLY,
                            name + " in " + String.join(", ", method.from),
                            "enqueue",
                            "dispatch");
            case "poll0", "pollFirst0", "remove0", "removeFirst0", "pop0", "remove1t" ->
                    only(
                            tree,
                            Unsupported.MOVE_EARLY,
                            name + " in " + String.join(", ", method.from),
                            "dispatch");
            default -> {}
        }
        return switch (key) {
            case "add1t", "addLast1t", "offer1t", "offerLast1t" ->
                    "sb_queue_add(%s, %s, 0)".formatted(queue, expression(arguments.getFirst()));
            case "addFirst1t", "offerFirst1t", "push1t" ->
                    "sb_queue_add(%s, %s, Enq_HEAD)"
                            .formatted(queue, expression(arguments.getFirst()));
            case "poll0", "pollFirst0" -> "sb_take_first(sb, %s)".formatted(queue);
            case "remove0", "removeFirst0", "pop0" ->
                    "sb_or_fail(sb_take_first(sb, %s))".formatted(queue);
            case "peek0", "peekFirst0" -> "sb_first(sb, %s)".formatted(queue);
            case "getFirst0", "element0" -> "sb_or_fail(sb_first(sb, %s))".formatted(queue);
            case "remove1t" ->
                    "sb_queue_remove(%s, %s)".formatted(queue, expression(arguments.getFirst()));
            case "contains1t" ->
                    "sb_queue_contains(%s, %s)".formatted(queue, expression(arguments.getFirst()));
            case "size0" -> "sb_queue_size(%s)".formatted(queue);
            case "isEmpty0" -> "(sb_queue_size(%s) == 0)".formatted(queue);
            default -> throw refuse(tree, Unsupported.QUEUE_METHOD, name + "()");
        };
    }

    // ---- Math -----------------------------------------------------------------------------

    private String math(
            MethodInvocationTree tree, String name, List<? extends ExpressionTree> arguments) {
        for (ExpressionTree argument : arguments) {
            checkNumber(argument);
        }
        checkNumber(tree);
        String type = cType(tree);
        String list = String.join(", ", arguments.stream().map(this::expression).toList());
        // These have an int for a long: the type of the arguments counts.
        boolean anyLong = arguments.stream().anyMatch(this::isLong);
        return switch (name) {
            case "min", "max", "abs" -> "sb_%s(%s, %s)".formatted(name, type, list);
            case "clamp" -> "sb_clamp(%s, %s)".formatted(type, list);
            case "floorDiv" -> "sb_floor_div(%s, %s)".formatted(type, list);
            case "ceilDiv" -> "sb_ceil_div(%s, %s)".formatted(type, list);
            case "floorMod" ->
                    "((%s)sb_floor_mod(%s, %s))".formatted(type, anyLong ? "s64" : "s32", list);
            case "addExact" -> "sb_exact(%s, add, %s)".formatted(type, list);
            case "subtractExact" -> "sb_exact(%s, sub, %s)".formatted(type, list);
            case "incrementExact" -> "sb_exact(%s, add, %s, 1)".formatted(type, list);
            case "decrementExact" -> "sb_exact(%s, sub, %s, 1)".formatted(type, list);
            case "negateExact" -> "sb_exact(%s, sub, 0, %s)".formatted(type, list);
            case "toIntExact" -> "sb_to_int_exact(%s)".formatted(list);
            case "multiplyExact" -> {
                if (type.equals("s64")) {
                    throw refuse(tree, Unsupported.NO_LIBRARY, "Math.multiplyExact of longs");
                }
                yield "sb_exact(s32, mul, %s)".formatted(list);
            }
            default -> throw refuse(tree, Unsupported.NO_LIBRARY, "Math." + name + "()");
        };
    }

    private String bits(
            MethodInvocationTree tree,
            String owner,
            String name,
            List<? extends ExpressionTree> arguments) {
        if (arguments.isEmpty()) {
            throw refuse(tree, Unsupported.NO_OBJECTS, "a boxed number");
        }
        for (ExpressionTree argument : arguments) {
            checkNumber(argument);
        }
        boolean wide = owner.equals("java.lang.Long");
        String type = wide ? "s64" : "s32";
        String unsigned = wide ? "u64" : "u32";
        String width = wide ? "64" : "32";
        String list = String.join(", ", arguments.stream().map(this::expression).toList());
        return switch (name) {
            case "bitCount" -> "sb_bit_count((%s)(%s))".formatted(unsigned, list);
            case "numberOfTrailingZeros" ->
                    "sb_trailing_zeros((%s)(%s), %s)".formatted(unsigned, list, width);
            case "numberOfLeadingZeros" ->
                    "sb_leading_zeros((%s)(%s), %s)".formatted(unsigned, list, width);
            case "min", "max" -> "sb_%s(%s, %s)".formatted(name, type, list);
            case "signum" -> "sb_signum(%s, %s)".formatted(type, list);
            case "compare" -> "sb_compare(%s, %s)".formatted(type, list);
            case "compareUnsigned" -> "sb_compare(%s, %s)".formatted(unsigned, list);
            case "divideUnsigned" ->
                    "((%s)sb_div_unsigned(%s, %s))".formatted(type, unsigned, list);
            case "remainderUnsigned" ->
                    "((%s)sb_mod_unsigned(%s, %s))".formatted(type, unsigned, list);
            case "rotateLeft" -> "((%s)sb_rotate_left(%s, %s))".formatted(type, unsigned, list);
            case "toUnsignedLong" -> "((s64)(u32)(%s))".formatted(list);
            default ->
                    throw refuse(
                            tree,
                            Unsupported.NO_LIBRARY,
                            owner.substring(owner.lastIndexOf('.') + 1) + "." + name + "()");
        };
    }
}
