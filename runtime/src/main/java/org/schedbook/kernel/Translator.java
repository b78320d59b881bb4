package org.schedbook.kernel;

import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.BlockTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompoundAssignmentTree;
import com.sun.source.tree.ExpressionStatementTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.StatementTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.UnaryTree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.lang.model.element.Element;
import javax.lang.model.element.ElementKind;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import org.schedbook.compile.CompileException.Problem;
import org.schedbook.compile.PolicySource;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;
import org.schedbook.policy.TaskStorage;

/**
 * Makes C of a policy: of its callbacks, and of what those call. Its constructor and {@code init()}
 * stay Java, see {@link Snapshot}.
 *
 * <p>A line of C stands on the line of the Java it was made from. What is not surely the same in C
 * is refused, by name and place.
 */
final class Translator {

    /** Callbacks by their name in Java, with what they are called in policy_ops.h. */
    static final Map<String, String> CALLBACKS =
            Map.of(
                    "selectCpu", "SELECT_CPU",
                    "enqueue", "ENQUEUE",
                    "dispatch", "DISPATCH",
                    "runnable", "RUNNABLE",
                    "running", "RUNNING",
                    "stopping", "STOPPING",
                    "quiescent", "QUIESCENT",
                    "exitTask", "EXIT_TASK",
                    "tick", "TICK");

    private static final Set<String> QUEUES =
            Set.of(
                    "java.util.ArrayDeque",
                    "java.util.ArrayList",
                    "java.util.LinkedList",
                    "java.util.List",
                    "java.util.Deque",
                    "java.util.Queue");

    private static final Set<String> LISTS =
            Set.of("java.util.ArrayList", "java.util.LinkedList", "java.util.List");

    private static final Set<String> MAPS =
            Set.of(
                    "java.util.Map",
                    "java.util.HashMap",
                    "java.util.LinkedHashMap",
                    "java.util.TreeMap",
                    "java.util.EnumMap");

    /** What a field is in C. */
    enum Kind {
        CONSTANT,
        SCALAR,
        ARRAY,
        STORAGE,
        QUEUE,
        QUEUES,
        RANDOM,
        ATOMIC,
        BITS,
        MAP,
        OTHER
    }

    /** A field of the policy. */
    static final class Field {
        final VariableElement element;
        final VariableTree tree;
        final Kind kind;
        final String name;
        boolean read;
        boolean written;
        boolean plainlyWritten;
        int plainLine;

        Field(VariableElement element, VariableTree tree, Kind kind, String name) {
            this.element = element;
            this.tree = tree;
            this.kind = kind;
            this.name = name;
        }
    }

    /** A class whose objects are the state of a task. */
    record State(TypeElement element, ClassTree tree, String name, List<VariableElement> members) {}

    /**
     * An enum, whose constants are numbers in C.
     *
     * @param constants what each is called in C, in order
     * @param tables what stands for each field of a constant: an array
     */
    record EnumType(
            TypeElement element,
            ClassTree tree,
            Map<Element, String> constants,
            Map<Element, String> tables) {}

    /** A method that is translated. */
    static final class Method {
        final ExecutableElement element;
        final MethodTree tree;
        final String name;

        /** The callbacks it is called from, directly or not. */
        final Set<String> from = new TreeSet<>();

        Method(ExecutableElement element, MethodTree tree, String name) {
            this.element = element;
            this.tree = tree;
            this.name = name;
        }
    }

    final PolicySource source;
    final JavaTrees trees;
    final Names names = new Names();
    final Map<Element, Field> fields = new LinkedHashMap<>();
    final Map<Element, State> states = new LinkedHashMap<>();
    final Map<Element, EnumType> enums = new LinkedHashMap<>();
    final Map<Element, Method> methods = new LinkedHashMap<>();

    /** Fields of enums that are read: see {@link EnumType#tables}. */
    final Set<Element> tablesRead = new HashSet<>();

    final List<String> thrown = new ArrayList<>();

    private final List<Problem> problems = new ArrayList<>();
    private final List<Translation.Note> notes = new ArrayList<>();
    private final Map<String, Method> callbacks = new LinkedHashMap<>();
    private final Map<Element, MethodTree> declared = new LinkedHashMap<>();
    private final List<TypeElement> hierarchy = new ArrayList<>();

    /** Switches of the prelude that are needed. */
    final Set<String> switches = new TreeSet<>();

    /** Constants that DSQs are used by, with the last place, and how. */
    final Map<Object, Tree> fifoDsqs = new LinkedHashMap<>();

    final Map<Object, Tree> vtimeDsqs = new LinkedHashMap<>();
    Tree unknownFifoDsq;
    Tree unknownVtimeDsq;

    private Translator(PolicySource source) {
        this.source = source;
        this.trees = new JavaTrees(source);
    }

    /**
     * Translates a policy that compiles.
     *
     * @throws UnsupportedException if it cannot be translated
     */
    static Translation translate(PolicySource source) throws UnsupportedException {
        return new Translator(source).translate();
    }

    // ---- Refusing -------------------------------------------------------------------------

    /** Ends the translation of a statement; the rest is looked at for more to say. */
    static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stop() {
            super(null, null, false, false);
        }
    }

    Stop refuse(Tree tree, Unsupported why, String what) {
        int line = trees.line(tree);
        int column = Math.max(trees.column(trees.start(tree)), 1);
        List<String> lines = source.text().lines().toList();
        String text = line <= lines.size() ? lines.get(line - 1) : "";
        long length = trees.endLine(tree) == line ? trees.end(tree) - trees.start(tree) : 1;
        int within = Math.clamp(length, 1, Math.max(1, text.length() + 1 - column));
        var problem = new Problem(line, column, within, why.message(what), text);
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
        return new Stop();
    }

    void note(int line, String text) {
        var note = new Translation.Note(line == 0 ? 0 : source.cellLine(line), text);
        if (!notes.contains(note)) {
            notes.add(note);
        }
    }

    // ---- The whole ------------------------------------------------------------------------

    private Translation translate() throws UnsupportedException {
        findClasses();
        findFields();
        findMethods();
        var bodies = new LinkedHashMap<Method, String>();
        for (Method method : methods.values()) {
            try {
                bodies.put(method, new Body(this, method).text());
            } catch (Stop stop) {
                // it is in problems
            }
        }
        checkDsqs();
        checkStates();
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparing(Problem::line).thenComparing(Problem::column));
            throw new UnsupportedException(problems);
        }
        for (Field field : fields.values()) {
            if (field.plainlyWritten && field.read) {
                note(
                        field.plainLine,
                        field.element.getSimpleName()
                                + " may lose an update when two CPUs decide at once");
            }
        }
        if (declared.keySet().stream().anyMatch(m -> overridesCallback(m, "exit"))) {
            note(0, "exit() is not called");
        }
        notes.sort(Comparator.comparing(Translation.Note::line));
        return assemble(bodies);
    }

    private Translation assemble(Map<Method, String> bodies) {
        int firstBody = methods.values().stream().mapToInt(m -> headLine(m.tree)).min().orElse(1);
        var before = new StringBuilder();
        if (fields.values().stream().anyMatch(f -> isUsed(f) && isQueue(f.kind))) {
            switches.add("SB_KEEPS");
            if (!callbacks.containsKey("dispatch")) {
                switches.add("SB_HANDS_NOTHING_OUT");
            }
        }
        switches.forEach(s -> before.append("#define ").append(s).append('\n'));
        before.append("#include \"policy.h\"\n");
        var pieces = new ArrayList<Map.Entry<Integer, String>>();
        for (State state : states.values()) {
            before.append("struct ").append(state.name).append(";\n");
        }
        for (State state : states.values()) {
            int line = trees.line(trees.start(state.tree));
            int end = trees.endLine(state.tree);
            if (end > firstBody) {
                before.append(Lines.plain(structure(state))).append('\n');
            } else {
                pieces.add(Map.entry(line, structure(state)));
            }
        }
        for (EnumType type : enums.values()) {
            boolean late = trees.endLine(type.tree) > firstBody;
            if (late) {
                before.append(Lines.plain(enumeration(type))).append('\n');
            } else {
                pieces.add(Map.entry(trees.line(type.tree), enumeration(type)));
            }
            type.tables.forEach(
                    (field, name) -> {
                        if (tablesRead.contains(field)) {
                            before.append(
                                    "sb_array(%s, %s);\n".formatted(cType(field.asType()), name));
                        }
                    });
        }
        for (Field field : fields.values()) {
            if (!isUsed(field)) {
                continue;
            }
            int line = trees.line(field.tree);
            String text = declaration(field);
            if (line > firstBody) {
                before.append(Lines.plain(text)).append('\n');
            } else {
                pieces.add(Map.entry(line, Lines.mark(line) + text));
            }
        }
        for (Method method : bodies.keySet()) {
            before.append(Lines.plain(head(method))).append(";\n");
            pieces.add(Map.entry(headLine(method.tree), bodies.get(method)));
        }
        before.append("#line %d \"%s.java\"\n".formatted(source.firstLine(), source.name()));
        pieces.sort(Map.Entry.comparingByKey());
        var lines = new Lines(source.text());
        pieces.forEach(piece -> lines.write(piece.getValue()));

        var after = new StringBuilder();
        callbacks.forEach(
                (name, method) ->
                        after.append(
                                "#define SB_HAS_%s %s\n"
                                        .formatted(CALLBACKS.get(name), method.name)));
        var storages =
                fields.values().stream()
                        .filter(this::isUsed)
                        .filter(f -> f.kind == Kind.STORAGE)
                        .toList();
        if (!storages.isEmpty()) {
            var list = new StringBuilder("#define SB_STORAGES(S)");
            for (Field field : storages) {
                String state = stateOf(field).name;
                after.append(
                        "const volatile struct %s sb_initial_%s;\n".formatted(state, field.name));
                list.append(" S(%s, %s)".formatted(field.name, state));
            }
            after.append(list).append('\n');
        }
        var taskMaps =
                fields.values().stream()
                        .filter(this::isUsed)
                        .filter(f -> f.kind == Kind.MAP && isTask(mapTypes(f).getFirst()))
                        .map(f -> " M(" + f.name + ")")
                        .collect(Collectors.joining());
        if (!taskMaps.isEmpty()) {
            after.append("#define SB_TASK_MAPS(M)").append(taskMaps).append('\n');
        }
        after.append("#include \"policy_ops.h\"\n");
        return new Translation(
                source.name(), before.toString(), lines.text(), after.toString(), layout(), notes);
    }

    private boolean isUsed(Field field) {
        return field.read || field.written;
    }

    static boolean isQueue(Kind kind) {
        return kind == Kind.QUEUE || kind == Kind.QUEUES;
    }

    private Layout layout() {
        var scalars = new ArrayList<Layout.Scalar>();
        var arrays = new ArrayList<Layout.Array>();
        var storages = new ArrayList<Layout.Storage>();
        var queues = new ArrayList<Layout.Queue>();
        var maps = new ArrayList<Layout.Dictionary>();
        for (Field field : fields.values()) {
            if (!isUsed(field)) {
                continue;
            }
            var at =
                    new Layout.Field(
                            binaryName((TypeElement) field.element.getEnclosingElement()),
                            field.element.getSimpleName().toString());
            TypeMirror type = field.element.asType();
            switch (field.kind) {
                case SCALAR, RANDOM, ATOMIC, BITS ->
                        scalars.add(new Layout.Scalar(at, field.name, descriptor(type)));
                case ARRAY ->
                        arrays.add(
                                new Layout.Array(
                                        at,
                                        field.name,
                                        descriptor(((ArrayType) type).getComponentType())));
                case STORAGE ->
                        storages.add(new Layout.Storage(at, field.name, members(stateOf(field))));
                case MAP -> {
                    State state = stateOf(mapTypes(field).get(1));
                    maps.add(
                            new Layout.Dictionary(
                                    at,
                                    field.name,
                                    state == null ? "" : binaryName(state.element),
                                    state == null ? List.of() : members(state)));
                }
                case QUEUE -> queues.add(new Layout.Queue(at, field.name, false));
                case QUEUES -> queues.add(new Layout.Queue(at, field.name, true));
                case CONSTANT, OTHER -> {}
            }
        }
        var tables = new ArrayList<Layout.Array>();
        for (EnumType type : enums.values()) {
            type.tables.forEach(
                    (field, name) -> {
                        if (tablesRead.contains(field)) {
                            tables.add(
                                    new Layout.Array(
                                            new Layout.Field(
                                                    binaryName(type.element),
                                                    field.getSimpleName().toString()),
                                            name,
                                            descriptor(field.asType())));
                        }
                    });
        }
        return new Layout(
                scalars,
                arrays,
                tables,
                storages,
                queues,
                maps,
                callbacks.containsKey("selectCpu"),
                List.copyOf(thrown));
    }

    String binaryName(TypeElement type) {
        return trees.elements.getBinaryName(type).toString();
    }

    private List<Layout.Member> members(State state) {
        return state.members.stream()
                .map(m -> new Layout.Member(m.getSimpleName().toString(), descriptor(m.asType())))
                .toList();
    }

    private static char descriptor(TypeMirror type) {
        return switch (type.getKind()) {
            case DECLARED -> isWide(type) ? 'J' : 'I';
            case BOOLEAN -> 'Z';
            case BYTE -> 'B';
            case SHORT -> 'S';
            case CHAR -> 'C';
            case INT -> 'I';
            case LONG -> 'J';
            default -> throw new IllegalStateException(type.toString());
        };
    }

    /**
     * Whether an object that is a number in C is one of 64 bits; an enum and the others are not.
     */
    private static boolean isWide(TypeMirror type) {
        return Set.of(
                        "java.util.Random",
                        "java.util.BitSet",
                        "java.util.concurrent.atomic.AtomicLong",
                        "java.lang.Long")
                .contains(type.toString());
    }

    private static List<? extends TypeMirror> mapTypes(Field map) {
        return ((DeclaredType) map.element.asType()).getTypeArguments();
    }

    // ---- Declarations in C ----------------------------------------------------------------

    private String structure(State state) {
        var text = new StringBuilder(Lines.mark(trees.line(trees.start(state.tree))));
        text.append("struct ").append(state.name).append(" {");
        for (VariableElement member : state.members) {
            Tree tree = memberTree(state.tree, member);
            text.append(tree == null ? " " : Lines.mark(trees.line(tree)));
            text.append(cType(member.asType())).append(' ');
            text.append(Names.member(member.getSimpleName().toString())).append(';');
        }
        return text.append(Lines.mark(trees.endLine(state.tree))).append("};").toString();
    }

    private String enumeration(EnumType type) {
        var text = new StringBuilder(Lines.mark(trees.line(type.tree)));
        text.append("enum {");
        type.constants.forEach(
                (constant, name) -> {
                    Tree tree = memberTree(type.tree, (VariableElement) constant);
                    text.append(Lines.mark(trees.line(tree))).append(name).append(',');
                });
        return text.append(" };").toString();
    }

    private Tree memberTree(ClassTree tree, VariableElement member) {
        return tree.getMembers().stream()
                .filter(m -> m instanceof VariableTree && trees.element(m) == member)
                .findFirst()
                .orElse(null);
    }

    private String declaration(Field field) {
        TypeMirror type = field.element.asType();
        return switch (field.kind) {
            case CONSTANT ->
                    "static const %s %s = %s;"
                            .formatted(
                                    cType(type),
                                    field.name,
                                    literal(field.element.getConstantValue()));
            case SCALAR ->
                    "%s%s %s;"
                            .formatted(
                                    field.written ? "" : "const volatile ",
                                    cType(type),
                                    field.name);
            case ARRAY ->
                    "sb_array(%s, %s);"
                            .formatted(cType(((ArrayType) type).getComponentType()), field.name);
            case STORAGE -> "sb_storage(%s, %s);".formatted(stateOf(field).name, field.name);
            case RANDOM, BITS -> "u64 %s;".formatted(field.name);
            case ATOMIC -> "%s %s;".formatted(isWide(type) ? "s64" : "s32", field.name);
            case MAP -> mapDeclaration(field);
            case QUEUE -> "const volatile s64 %s;".formatted(field.name);
            case QUEUES ->
                    "const volatile s64 %s; const volatile s32 sb_length_%s;"
                            .formatted(field.name, field.name);
            case OTHER -> throw new IllegalStateException(field.name);
        };
    }

    private String mapDeclaration(Field field) {
        TypeMirror key = mapTypes(field).getFirst();
        TypeMirror value = mapTypes(field).get(1);
        State state = stateOf(value);
        String keys = isWide(key) ? "s64" : "s32";
        return state == null
                ? "sb_map(%s, %s, %s);".formatted(keys, isWide(value) ? "s64" : "s32", field.name)
                : "sb_map(%s, struct %s, %s); const volatile struct %s sb_initial_%s;"
                        .formatted(keys, state.name, field.name, state.name, field.name);
    }

    /** Returns what a method of another class than the policy's has for {@code this}, or null. */
    String selfType(ExecutableElement method) {
        if (method.getModifiers().contains(Modifier.STATIC)) {
            return null;
        }
        Element owner = method.getEnclosingElement();
        return states.containsKey(owner)
                ? "struct " + states.get(owner).name + " *"
                : enums.containsKey(owner) ? "s32" : null;
    }

    /** Returns a method's head as C has it, with the mark of its line. */
    String head(Method method) {
        var text = new StringBuilder(Lines.mark(headLine(method.tree)));
        text.append("static __always_inline ");
        text.append(cType(method.tree.getReturnType(), method.element.getReturnType()));
        text.append(' ').append(method.name).append("(SB");
        String self = selfType(method.element);
        if (self != null) {
            text.append(", ").append(variable(self, "this")); // no name of Java's own
        }
        for (VariableTree parameter : method.tree.getParameters()) {
            Element element = trees.element(parameter);
            text.append(", ")
                    .append(
                            variable(
                                    cType(parameter, element.asType()),
                                    names.local(parameter.getName().toString())));
        }
        return text.append(')').toString();
    }

    static String variable(String type, String name) {
        return type.endsWith("*") ? type + name : type + " " + name;
    }

    /** The line that names the method: annotations and modifiers may be on earlier ones. */
    int headLine(MethodTree tree) {
        return trees.line(tree.getReturnType());
    }

    String cType(TypeMirror type) {
        return switch (type.getKind()) {
            case VOID -> "void";
            case BOOLEAN -> "bool";
            case BYTE -> "s8";
            case SHORT -> "s16";
            case CHAR -> "u16";
            case INT -> "s32";
            case LONG -> "s64";
            case DECLARED -> "s32"; // of an enum
            default -> throw new IllegalStateException(type.toString());
        };
    }

    /** Returns the C type of a variable or a value, and refuses what has none. */
    String cType(Tree at, TypeMirror type) {
        switch (type.getKind()) {
            case VOID, BOOLEAN, BYTE, SHORT, CHAR, INT, LONG -> {
                return cType(type);
            }
            case FLOAT, DOUBLE -> throw refuse(at, Unsupported.NO_FLOATING_POINT, type.toString());
            case ARRAY -> throw refuse(at, Unsupported.ARRAY_ALIAS, type.toString());
            default -> {}
        }
        if (isTask(type)) {
            return "struct task_struct *";
        }
        State state = stateOf(type);
        if (state != null) {
            return "struct " + state.name + " *";
        }
        String name = type.toString();
        if (name.equals("java.lang.String")) {
            throw refuse(at, Unsupported.NO_STRINGS, "String");
        }
        if (name.equals("java.lang.Double") || name.equals("java.lang.Float")) {
            throw refuse(at, Unsupported.NO_FLOATING_POINT, name);
        }
        if (enumOf(type) != null) {
            return "s32";
        }
        if (type instanceof DeclaredType d && d.asElement().getKind() == ElementKind.ENUM) {
            throw refuse(at, Unsupported.NO_ENUM, "the enum " + d.asElement().getSimpleName());
        }
        if (QUEUES.contains(erasure(type))) {
            throw refuse(at, Unsupported.QUEUE_ALIAS, name.replace("org.schedbook.policy.", ""));
        }
        throw refuse(at, Unsupported.NO_OBJECTS, "an object of type " + simple(type));
    }

    static String simple(TypeMirror type) {
        return type.toString().replaceAll("\\b[a-z]\\w*\\.", "");
    }

    String erasure(TypeMirror type) {
        return trees.types.erasure(type).toString();
    }

    static boolean isTask(TypeMirror type) {
        return type.toString().equals(Task.class.getName());
    }

    EnumType enumOf(TypeMirror type) {
        return type instanceof DeclaredType declared ? enums.get(declared.asElement()) : null;
    }

    State stateOf(TypeMirror type) {
        return type instanceof DeclaredType declared ? states.get(declared.asElement()) : null;
    }

    State stateOf(Field field) {
        return stateOf(((DeclaredType) field.element.asType()).getTypeArguments().getFirst());
    }

    static String literal(Object value) {
        return switch (value) {
            case Boolean b -> b.toString();
            case Character c -> Integer.toString(c);
            case Long l ->
                    l == Long.MIN_VALUE
                            ? "(-9223372036854775807LL - 1)"
                            : l < 0 ? "(%dLL)".formatted(l) : l + "LL";
            case Number n -> {
                int i = n.intValue();
                yield i == Integer.MIN_VALUE
                        ? "(-2147483647 - 1)"
                        : i < 0 ? "(%d)".formatted(i) : Integer.toString(i);
            }
            default -> throw new IllegalStateException(value.toString());
        };
    }

    // ---- What there is --------------------------------------------------------------------

    private void findClasses() {
        var classes = new LinkedHashMap<Element, ClassTree>();
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitClass(ClassTree tree, Void unused) {
                Element element = trees.element(tree);
                if (element != null) {
                    classes.put(element, tree);
                }
                return super.visitClass(tree, null);
            }
        }.scan(trees.unit, null);
        TypeMirror policy = trees.elements.getTypeElement(Policy.class.getName()).asType();
        TypeElement main =
                (TypeElement)
                        classes.keySet().stream()
                                .filter(
                                        e ->
                                                trees.types.isSubtype(e.asType(), policy)
                                                        && !e.getModifiers()
                                                                .contains(Modifier.ABSTRACT))
                                .findFirst()
                                .orElseThrow();
        for (TypeElement e = main;
                classes.containsKey(e);
                e = (TypeElement) ((DeclaredType) e.getSuperclass()).asElement()) {
            hierarchy.add(e);
            for (Tree member : classes.get(e).getMembers()) {
                if (member instanceof MethodTree method
                        && trees.element(method).getKind() == ElementKind.METHOD) {
                    declared.put(trees.element(method), method);
                }
            }
        }
        classes.forEach(this::addEnum);
        // The classes of the state of tasks, and of what maps hold.
        for (TypeElement type : hierarchy) {
            for (Tree member : classes.get(type).getMembers()) {
                if (member instanceof VariableTree field
                        && trees.element(field).asType() instanceof DeclaredType declared
                        && (erasure(declared).equals(TaskStorage.class.getName())
                                || MAPS.contains(erasure(declared))
                                        && declared.getTypeArguments().size() == 2
                                        && isKey(declared.getTypeArguments().getFirst()))) {
                    addState(declared, classes);
                }
            }
        }
        classes.forEach(
                (element, tree) -> {
                    boolean known = states.containsKey(element) || enums.containsKey(element);
                    for (Tree member : tree.getMembers()) {
                        if (member instanceof MethodTree method
                                && trees.element(method).getKind() == ElementKind.METHOD
                                && (known
                                        || trees.element(method)
                                                .getModifiers()
                                                .contains(Modifier.STATIC))) {
                            declared.put(trees.element(method), method);
                        }
                    }
                });
    }

    private void addEnum(Element element, ClassTree tree) {
        boolean fits =
                element.getKind() == ElementKind.ENUM
                        && element.getEnclosedElements().stream()
                                .noneMatch(e -> e.getModifiers().contains(Modifier.ABSTRACT))
                        && !element.getModifiers().contains(Modifier.SEALED);
        if (!fits) {
            return; // refused where it is used
        }
        var constants = new LinkedHashMap<Element, String>();
        var tables = new LinkedHashMap<Element, String>();
        String prefix = element.getSimpleName() + "_";
        for (Element member : element.getEnclosedElements()) {
            boolean isField =
                    member.getKind() == ElementKind.FIELD
                            && !member.getModifiers().contains(Modifier.STATIC)
                            && member.getModifiers().contains(Modifier.FINAL)
                            && member.asType().getKind().isPrimitive()
                            && member.asType().getKind() != TypeKind.DOUBLE
                            && member.asType().getKind() != TypeKind.FLOAT;
            if (member.getKind() == ElementKind.ENUM_CONSTANT) {
                constants.put(member, names.global(prefix + member.getSimpleName()));
            } else if (isField) {
                tables.put(member, names.global(prefix + member.getSimpleName()));
            }
        }
        enums.put(element, new EnumType((TypeElement) element, tree, constants, tables));
    }

    private void addState(DeclaredType holder, Map<Element, ClassTree> classes) {
        var arguments = holder.getTypeArguments();
        Element element =
                arguments.isEmpty() || !(arguments.getLast() instanceof DeclaredType declared)
                        ? null
                        : declared.asElement();
        ClassTree tree = classes.get(element);
        if (tree == null || states.containsKey(element)) {
            return; // refused where it is used
        }
        var members = new ArrayList<VariableElement>();
        boolean isRecord = element.getKind() == ElementKind.RECORD;
        if (element.getKind() != ElementKind.CLASS && !isRecord) {
            return;
        }
        if (!((TypeElement) element).getSuperclass().toString().equals("java.lang.Object")
                && !isRecord) {
            return;
        }
        for (Element member : element.getEnclosedElements()) {
            if (member.getKind() == ElementKind.FIELD // and no component of a record
                    && member instanceof VariableElement variable
                    && !member.getModifiers().contains(Modifier.STATIC)) {
                if (!variable.asType().getKind().isPrimitive() && enumOf(variable.asType()) == null
                        || variable.asType().getKind() == TypeKind.DOUBLE
                        || variable.asType().getKind() == TypeKind.FLOAT) {
                    Tree at = memberTree(tree, variable);
                    boolean floats = variable.asType().getKind().isPrimitive();
                    refuse(
                            at == null ? tree : at,
                            floats ? Unsupported.NO_FLOATING_POINT : Unsupported.STATE_HAS_OTHERS,
                            simple(variable.asType()) + " " + variable.getSimpleName());
                    continue;
                }
                members.add(variable);
            }
        }
        states.put(
                element,
                new State(
                        (TypeElement) element,
                        tree,
                        names.global(element.getSimpleName().toString()),
                        members));
    }

    private void findFields() {
        for (TypeElement type : hierarchy) {
            for (Element element : type.getEnclosedElements()) {
                if (element instanceof VariableElement variable) {
                    VariableTree tree = fieldTree(variable);
                    if (tree != null) {
                        fields.put(
                                variable,
                                new Field(
                                        variable,
                                        tree,
                                        kindOf(variable),
                                        names.global(variable.getSimpleName().toString())));
                    }
                }
            }
        }
    }

    private VariableTree fieldTree(VariableElement field) {
        var found = new VariableTree[1];
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitVariable(VariableTree tree, Void unused) {
                if (trees.element(tree) == field) {
                    found[0] = tree;
                }
                return super.visitVariable(tree, null);
            }
        }.scan(trees.unit, null);
        return found[0];
    }

    private Kind kindOf(VariableElement field) {
        TypeMirror type = field.asType();
        if (type.getKind().isPrimitive()
                && type.getKind() != TypeKind.DOUBLE
                && type.getKind() != TypeKind.FLOAT) {
            return field.getConstantValue() != null ? Kind.CONSTANT : Kind.SCALAR;
        }
        if (enumOf(type) != null) {
            return Kind.SCALAR;
        }
        switch (erasure(type)) {
            case "java.util.Random" -> {
                return Kind.RANDOM;
            }
            case "java.util.BitSet" -> {
                return Kind.BITS;
            }
            case "java.util.concurrent.atomic.AtomicInteger",
                    "java.util.concurrent.atomic.AtomicLong",
                    "java.util.concurrent.atomic.AtomicBoolean" -> {
                return Kind.ATOMIC;
            }
            default -> {}
        }
        if (MAPS.contains(erasure(type))
                && type instanceof DeclaredType map
                && map.getTypeArguments().size() == 2
                && isKey(map.getTypeArguments().getFirst())
                && isValue(map.getTypeArguments().getLast())) {
            return Kind.MAP;
        }
        if (type instanceof ArrayType array && enumOf(array.getComponentType()) != null) {
            return Kind.ARRAY;
        }
        if (type instanceof ArrayType array) {
            TypeKind element = array.getComponentType().getKind();
            if (element.isPrimitive() && element != TypeKind.DOUBLE && element != TypeKind.FLOAT) {
                return Kind.ARRAY;
            }
            return isQueueType(array.getComponentType()) ? Kind.QUEUES : Kind.OTHER;
        }
        if (erasure(type).equals(TaskStorage.class.getName())) {
            boolean known =
                    type instanceof DeclaredType declared
                            && !declared.getTypeArguments().isEmpty()
                            && stateOf(declared.getTypeArguments().getFirst()) != null;
            return known ? Kind.STORAGE : Kind.OTHER;
        }
        if (isQueueType(type)) {
            return Kind.QUEUE;
        }
        if (LISTS.contains(erasure(type))
                && type instanceof DeclaredType declared
                && !declared.getTypeArguments().isEmpty()
                && isQueueType(declared.getTypeArguments().getFirst())) {
            return Kind.QUEUES;
        }
        return Kind.OTHER;
    }

    private boolean isKey(TypeMirror type) {
        return isNumber(type) || isTask(type) || enumOf(type) != null;
    }

    private boolean isValue(TypeMirror type) {
        return isNumber(type) || stateOf(type) != null;
    }

    private static boolean isNumber(TypeMirror type) {
        return type.toString().equals("java.lang.Integer")
                || type.toString().equals("java.lang.Long");
    }

    private boolean isQueueType(TypeMirror type) {
        return QUEUES.contains(erasure(type))
                && type instanceof DeclaredType declared
                && declared.getTypeArguments().size() == 1
                && isTask(declared.getTypeArguments().getFirst());
    }

    // ---- What is called -------------------------------------------------------------------

    private boolean overridesCallback(Element method, String name) {
        return method.getSimpleName().contentEquals(name) && overridesPolicy(method);
    }

    private boolean overridesPolicy(Element method) {
        TypeElement policy = trees.elements.getTypeElement(Policy.class.getName());
        return policy.getEnclosedElements().stream()
                .anyMatch(
                        m ->
                                m instanceof ExecutableElement theirs
                                        && trees.elements.overrides(
                                                (ExecutableElement) method,
                                                theirs,
                                                hierarchy.getFirst()));
    }

    /** Returns the declaration that a call of a method of the policy reaches. */
    ExecutableElement resolve(ExecutableElement called) {
        for (TypeElement type : hierarchy) {
            for (Element element : type.getEnclosedElements()) {
                if (element instanceof ExecutableElement method
                        && (method == called
                                || trees.elements.overrides(method, called, hierarchy.getFirst()))
                        && declared.containsKey(method)
                        && declared.get(method).getBody() != null) {
                    return method;
                }
            }
        }
        return null;
    }

    private void findMethods() {
        for (TypeElement type : hierarchy) {
            for (Element element : type.getEnclosedElements()) {
                String name = element.getSimpleName().toString();
                if (element instanceof ExecutableElement method
                        && declared.containsKey(method)
                        && declared.get(method).getBody() != null
                        && overridesPolicy(method)) {
                    if (name.equals("dequeue")) {
                        checkDequeue(declared.get(method));
                    } else if (CALLBACKS.containsKey(name) && !callbacks.containsKey(name)) {
                        callbacks.put(name, reach(method, name, new ArrayDeque<>()));
                    }
                }
            }
        }
    }

    /** Adds a method and all that it calls. */
    private Method reach(ExecutableElement element, String callback, ArrayDeque<Element> stack) {
        MethodTree tree = declared.get(element);
        Method method = methods.get(element);
        if (method == null) {
            method = new Method(element, tree, names.global(element.getSimpleName().toString()));
            methods.put(element, method);
        }
        if (!method.from.add(callback) && !stack.contains(element)) {
            return method;
        }
        stack.push(element);
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
                if (trees.element(call) instanceof ExecutableElement called) {
                    ExecutableElement target = target(call, called);
                    if (target != null && stack.contains(target)) {
                        refuse(call, Unsupported.RECURSION, called.getSimpleName() + "()");
                    } else if (target != null) {
                        reach(target, callback, stack);
                    }
                }
                return super.visitMethodInvocation(call, null);
            }
        }.scan(tree.getBody(), null);
        stack.pop();
        return method;
    }

    /** Returns the method of the policy that a call reaches, null if it is one of another class. */
    ExecutableElement target(MethodInvocationTree call, ExecutableElement called) {
        Tree select = call.getMethodSelect();
        boolean isSuper =
                select instanceof MemberSelectTree member
                        && member.getExpression() instanceof IdentifierTree name
                        && name.getName().contentEquals("super");
        if (isSuper) {
            return declared.containsKey(called) && declared.get(called).getBody() != null
                    ? called
                    : null;
        }
        Element owner = called.getEnclosingElement();
        if (declared.containsKey(called)
                && (states.containsKey(owner)
                        || enums.containsKey(owner)
                        || called.getModifiers().contains(Modifier.STATIC))) {
            return called;
        }
        return declared.containsKey(called) || isOfPolicy(called) ? resolve(called) : null;
    }

    static boolean isOfPolicy(Element method) {
        return method.getEnclosingElement().toString().equals(Policy.class.getName());
    }

    /** The kernel takes tasks out of queues by itself, so nothing else may happen there. */
    private void checkDequeue(MethodTree dequeue) {
        for (StatementTree statement : dequeue.getBody().getStatements()) {
            checkDequeue(statement);
        }
    }

    private void checkDequeue(StatementTree statement) {
        if (statement instanceof BlockTree block) {
            block.getStatements().forEach(this::checkDequeue);
            return;
        }
        boolean removes =
                statement instanceof ExpressionStatementTree expression
                        && expression.getExpression() instanceof MethodInvocationTree call
                        && call.getMethodSelect() instanceof MemberSelectTree member
                        && member.getIdentifier().contentEquals("remove")
                        && call.getArguments().size() == 1
                        && isTask(trees.type(call.getArguments().getFirst()))
                        && isQueueType(trees.type(member.getExpression()));
        if (!removes) {
            refuse(statement, Unsupported.DEQUEUE_DOES_MORE, "dequeue() does more");
        }
    }

    /** A new task's state is made once, before any callback: it must not depend on when. */
    private void checkStates() {
        boolean used = fields.values().stream().anyMatch(f -> isUsed(f) && f.kind == Kind.STORAGE);
        if (!used) {
            return;
        }
        var seen = new HashSet<Tree>();
        var late =
                new TreeScanner<Void, Void>() {
                    @Override
                    public Void visitIdentifier(IdentifierTree name, Void unused) {
                        changes(name);
                        return super.visitIdentifier(name, null);
                    }

                    @Override
                    public Void visitMemberSelect(MemberSelectTree name, Void unused) {
                        changes(name);
                        return super.visitMemberSelect(name, null);
                    }

                    private void changes(Tree name) {
                        Field field = fields.get(trees.element(name));
                        if (field != null && field.written) {
                            refuse(
                                    name,
                                    Unsupported.LATE_VALUE,
                                    "what a new task starts with depends on "
                                            + field.element.getSimpleName());
                        }
                    }

                    @Override
                    public Void visitUnary(UnaryTree tree, Void unused) {
                        if (Body.isIncrement(tree.getKind())) {
                            assigned(tree, tree.getExpression());
                        }
                        return super.visitUnary(tree, null);
                    }

                    @Override
                    public Void visitAssignment(AssignmentTree tree, Void unused) {
                        assigned(tree, tree.getVariable());
                        return super.visitAssignment(tree, null);
                    }

                    @Override
                    public Void visitCompoundAssignment(CompoundAssignmentTree tree, Void unused) {
                        assigned(tree, tree.getVariable());
                        return super.visitCompoundAssignment(tree, null);
                    }

                    private void assigned(Tree at, Tree variable) {
                        if (fields.containsKey(trees.element(variable))) {
                            refuse(
                                    at,
                                    Unsupported.LATE_VALUE,
                                    "a field changes whenever a task is new");
                        }
                    }

                    @Override
                    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
                        if (trees.element(call) instanceof ExecutableElement called) {
                            MethodTree own = declared.get(called);
                            if (own != null && seen.add(own)) {
                                scan(own.getBody(), null);
                            }
                            if (isOfPolicy(called)
                                    && called.getSimpleName().contentEquals("nowNs")) {
                                refuse(
                                        call,
                                        Unsupported.LATE_VALUE,
                                        "what a new task starts with depends on the time");
                            }
                        }
                        return super.visitMethodInvocation(call, null);
                    }
                };
        states.values().forEach(state -> late.scan(state.tree, null));
        new TreeScanner<Void, Void>() {
            @Override
            public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
                if (trees.element(call) instanceof ExecutableElement called
                        && isOfPolicy(called)
                        && called.getSimpleName().contentEquals("taskStorage")) {
                    late.scan(call.getArguments(), null);
                }
                return super.visitMethodInvocation(call, null);
            }
        }.scan(trees.unit, null);
    }

    private void checkDsqs() {
        Tree at = unknownFifoDsq != null ? unknownFifoDsq : unknownVtimeDsq;
        boolean both =
                (unknownFifoDsq != null || !fifoDsqs.isEmpty())
                        && (unknownVtimeDsq != null || !vtimeDsqs.isEmpty());
        if (both && at != null) {
            refuse(at, Unsupported.MIXED_DSQ, "a DSQ that is known only when the policy runs");
        }
        vtimeDsqs.forEach(
                (dsq, second) -> {
                    Tree first = fifoDsqs.get(dsq);
                    if (first != null) {
                        refuse(
                                trees.start(first) > trees.start(second) ? first : second,
                                Unsupported.MIXED_DSQ,
                                "DSQ %s is used with insert and with insertVtime".formatted(dsq));
                    }
                });
    }
}
