import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntFunction;
import java.util.function.IntUnaryOperator;

/**
 * Mends the BTF of a kernel that describes kfuncs wrongly: {@code java MendBtf.java VMLINUX}
 *
 * <p>A kfunc with the flag {@code KF_IMPLICIT_ARGS} must be in the BTF twice: as programs call it,
 * without its last argument, and as {@code NAME_impl} with it (kernel/bpf/verifier.c,
 * find_kfunc_impl_proto). Some kernels were built with tools that did so for a part of them only; a
 * program that calls one of the others is refused with "cannot find function NAME_impl in BTF".
 *
 * <p>This adds what is missing, in place and within the size of the section: the names, which are
 * half of it, are stored anew, the end of one shared with another. Prints the functions mended, one
 * a line, and does not touch the file if there are none.
 */
final class MendBtf {

    /** include/linux/btf.h; the flag above it would be {@code 1 << 17}. */
    private static final int KF_IMPLICIT_ARGS = 1 << 16;

    private static final int HEADER_BYTES = 24;
    private static final int TYPE_BYTES = 12;
    private static final int PARAM_BYTES = 8;

    private static final int KIND_ARRAY = 3;
    private static final int KIND_FUNC = 12;
    private static final int KIND_FUNC_PROTO = 13;

    /** Bytes after struct btf_type by kind, include/uapi/linux/btf.h: once, and for each member. */
    private static final int[] EXTRA = {
        0, 4, 0, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 4, 0, 0
    };

    private static final int[] MEMBER = {
        0, 0, 0, 0, 12, 12, 8, 0, 0, 0, 0, 0, 0, 8, 0, 12, 0, 0, 0, 12
    };

    /** Kinds whose members begin with a name; those of a DATASEC (15) begin with a type. */
    private static final Set<Integer> NAMED_MEMBERS = Set.of(4, 5, 6, KIND_FUNC_PROTO, 19);

    /** Kinds that refer to a type where others have their size. */
    private static final Set<Integer> REFERENCES =
            Set.of(2, 8, 9, 10, 11, KIND_FUNC, KIND_FUNC_PROTO, 14, 17, 18);

    /** Where in a member of the kind its type is, -1 if it has none. */
    private static final int[] MEMBER_TYPE = {
        -1, -1, -1, -1, 4, 4, -1, -1, -1, -1, -1, -1, -1, 4, -1, 0, -1, -1, -1, -1
    };

    private static final String IMPL = "_impl";

    private final ByteBuffer file;
    private final ByteBuffer btf;
    private final ByteBuffer ids;
    private final int typesEnd;

    /** Where each type begins in the section; its index is its id. */
    private final List<Integer> types = new ArrayList<>();

    private final Map<String, Integer> functions = new HashMap<>();

    private MendBtf(byte[] elf) {
        file = ByteBuffer.wrap(elf).order(LITTLE_ENDIAN);
        btf = section(".BTF");
        ids = section(".BTF_ids");
        if (btf.getShort(0) != (short) 0xeb9f
                || btf.getInt(4) != HEADER_BYTES
                || btf.getInt(8) != 0) {
            throw new IllegalStateException("this form of BTF is not known here");
        }
        typesEnd = HEADER_BYTES + btf.getInt(12);
        types.add(-1); // void
        for (int at = HEADER_BYTES; at < typesEnd; at += size(at)) {
            if (kind(at) == KIND_FUNC) {
                functions.put(string(btf.getInt(at)), types.size());
            }
            types.add(at);
        }
    }

    public static void main(String[] args) throws IOException {
        Path vmlinux = Path.of(args[0]);
        byte[] elf = Files.readAllBytes(vmlinux);
        var mender = new MendBtf(elf);
        Set<String> broken = mender.broken();
        if (!broken.isEmpty()) {
            mender.mend(broken);
            Files.write(vmlinux, elf);
            broken.forEach(System.out::println);
        }
    }

    private ByteBuffer section(String name) {
        int headers = (int) file.getLong(40);
        int names = (int) file.getLong(headers + file.getShort(62) * 64 + 24);
        for (int i = 0; i < file.getShort(60); i++) {
            int header = headers + i * 64;
            if (string(file, names + file.getInt(header)).equals(name)) {
                return file.slice((int) file.getLong(header + 24), (int) file.getLong(header + 32))
                        .order(LITTLE_ENDIAN);
            }
        }
        throw new IllegalStateException("there is no section " + name);
    }

    private static String string(ByteBuffer in, int at) {
        int end = at;
        while (in.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - at];
        in.get(at, bytes);
        return new String(bytes, ISO_8859_1);
    }

    private String string(int nameOffset) {
        return string(btf, HEADER_BYTES + btf.getInt(16) + nameOffset);
    }

    private int kind(int at) {
        return btf.getInt(at + 4) >>> 24 & 0x1f;
    }

    private int members(int at) {
        return btf.getInt(at + 4) & 0xffff;
    }

    private int size(int at) {
        return TYPE_BYTES + EXTRA[kind(at)] + MEMBER[kind(at)] * members(at);
    }

    /** Returns the kfuncs with implicit arguments that are there only once, by name. */
    private Set<String> broken() {
        var implicit = new HashSet<Integer>();
        for (int at = 0; at + 8 <= ids.capacity(); at += 4) {
            if (ids.getInt(at + 4) >>> 16 == KF_IMPLICIT_ARGS >>> 16) {
                implicit.add(ids.getInt(at));
            }
        }
        var broken = new TreeSet<String>();
        functions.forEach(
                (name, id) -> {
                    if (implicit.contains(id)
                            && !functions.containsKey(name + IMPL)
                            && lastArgument(id).equals("aux")) {
                        broken.add(name);
                    }
                });
        return broken;
    }

    private int prototype(int function) {
        return types.get(btf.getInt(types.get(function) + 8));
    }

    private String lastArgument(int function) {
        int at = prototype(function);
        return members(at) == 0 ? "" : string(btf.getInt(at + size(at) - PARAM_BYTES));
    }

    private void mend(Set<String> broken) {
        // The kernel finds named types by halving, so each new one goes where its name belongs.
        var added = new TreeMap<Integer, List<String>>(); // names by the id they come before
        for (String name : broken) {
            added.computeIfAbsent(place(name + IMPL), _ -> new ArrayList<>()).add(name);
        }
        IntUnaryOperator moved =
                id -> id + added.headMap(id, true).values().stream().mapToInt(List::size).sum();

        var shortened = new ArrayList<Integer>();
        int oldStrings = btf.getInt(20);
        var names = new ArrayList<String>(); // whose offsets are those behind the old strings
        ByteBuffer grown = ByteBuffer.allocate(2 * btf.capacity()).order(LITTLE_ENDIAN);
        grown.put(btf.slice(0, HEADER_BYTES));
        // The short prototypes come last of all.
        int nextPrototype = moved.applyAsInt(types.size());
        for (int id = 1; id <= types.size(); id++) {
            for (String name : added.getOrDefault(id, List.of())) {
                copy(grown, functions.get(name), moved);
                grown.putInt(grown.position() - TYPE_BYTES, oldStrings + names.size());
                names.add(name + IMPL);
            }
            if (id < types.size()) {
                copy(grown, id, moved);
                if (kind(types.get(id)) == KIND_FUNC
                        && broken.contains(string(btf.getInt(types.get(id))))) {
                    grown.putInt(grown.position() - 4, nextPrototype + shortened.size());
                    shortened.add(btf.getInt(types.get(id) + 8));
                }
            }
        }
        for (int id : shortened) {
            int at = grown.position();
            copy(grown, id, moved);
            grown.position(grown.position() - PARAM_BYTES);
            grown.putInt(at + 4, grown.getInt(at + 4) - 1);
        }
        int end = grown.position();
        putNames(grown, end, names);
        // The first function that moved is far behind what else is here: counts, and flags.
        for (int at = 0; at + 4 <= ids.capacity(); at += 4) {
            int word = ids.getInt(at);
            if (word >= added.firstKey() && word < types.size()) {
                ids.putInt(at, moved.applyAsInt(word));
            }
        }
        btf.put(0, grown.array(), 0, btf.capacity());
    }

    /** Appends a type of the section, with its references to others moved. */
    private void copy(ByteBuffer to, int id, IntUnaryOperator moved) {
        int from = types.get(id);
        int at = to.position();
        to.put(btf.slice(from, size(from)));
        int kind = kind(from);
        if (REFERENCES.contains(kind)) {
            move(to, at + 8, moved);
        }
        if (kind == KIND_ARRAY) {
            move(to, at + TYPE_BYTES, moved);
            move(to, at + TYPE_BYTES + 4, moved);
        }
        if (MEMBER_TYPE[kind] >= 0) {
            for (int i = 0; i < members(from); i++) {
                move(
                        to,
                        at + TYPE_BYTES + EXTRA[kind] + i * MEMBER[kind] + MEMBER_TYPE[kind],
                        moved);
            }
        }
    }

    private static void move(ByteBuffer in, int at, IntUnaryOperator moved) {
        in.putInt(at, moved.applyAsInt(in.getInt(at)));
    }

    /** Puts the names of all types behind them, and what is left of the section behind those. */
    private void putNames(ByteBuffer grown, int end, List<String> names) {
        int oldStrings = btf.getInt(20);
        IntFunction<String> text =
                offset -> offset < oldStrings ? string(offset) : names.get(offset - oldStrings);
        var offsets = new HashMap<String, Integer>();
        eachName(grown, end, at -> offsets.put(text.apply(grown.getInt(at)), 0));
        byte[] strings = store(offsets);
        if (end + strings.length > btf.capacity()) {
            throw new IllegalStateException("the mended BTF is larger than the section");
        }
        eachName(grown, end, at -> grown.putInt(at, offsets.get(text.apply(grown.getInt(at)))));
        grown.putInt(12, end - HEADER_BYTES);
        grown.putInt(16, end - HEADER_BYTES);
        grown.putInt(20, btf.capacity() - end);
        grown.put(strings);
    }

    /** Returns the first id whose name comes behind one given. */
    private int place(String name) {
        int id = types.size();
        while (id > 1) {
            String before = string(btf.getInt(types.get(id - 1)));
            if (before.isEmpty() || before.compareTo(name) < 0) {
                break;
            }
            id--;
        }
        return id;
    }

    private interface Visitor {
        void visit(int at);
    }

    /** Visits every place that holds the offset of a name. */
    private static void eachName(ByteBuffer types, int end, Visitor visitor) {
        for (int at = HEADER_BYTES; at < end; ) {
            int info = types.getInt(at + 4);
            int kind = info >>> 24 & 0x1f;
            int members = info & 0xffff;
            visitor.visit(at);
            at += TYPE_BYTES + EXTRA[kind];
            for (int i = 0; i < members && MEMBER[kind] > 0; i++, at += MEMBER[kind]) {
                if (NAMED_MEMBERS.contains(kind)) {
                    visitor.visit(at);
                }
            }
        }
    }

    /** Returns the strings behind each other, and puts down where each is. */
    private static byte[] store(Map<String, Integer> offsets) {
        var text = new StringBuilder("\0");
        offsets.put("", 0);
        String previous = "";
        int end = 0; // of the previous one
        // From behind, a string that ends another comes right before it; so backwards, right after.
        List<String> backwards =
                offsets.keySet().stream()
                        .map(s -> new StringBuilder(s).reverse().toString())
                        .sorted(Comparator.reverseOrder())
                        .toList();
        for (String reversed : backwards) {
            if (!previous.startsWith(reversed)) {
                previous = reversed;
                text.append(new StringBuilder(reversed).reverse());
                end = text.length();
                text.append('\0');
            }
            if (!reversed.isEmpty()) {
                offsets.put(
                        new StringBuilder(reversed).reverse().toString(), end - reversed.length());
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }
}
