package org.schedbook.bpf;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the structs and enums of an ELF object's BTF section.
 *
 * @see <a href="https://docs.kernel.org/bpf/btf.html">BPF Type Format</a>
 */
final class Btf {

    /** A member's place and size, in bytes. */
    record Member(long offset, long size) {}

    record Struct(long size, Map<String, Member> members) {}

    private static final int KIND_INT = 1;
    private static final int KIND_PTR = 2;
    private static final int KIND_ARRAY = 3;
    private static final int KIND_STRUCT = 4;
    private static final int KIND_UNION = 5;
    private static final int KIND_ENUM = 6;
    private static final int KIND_TYPEDEF = 8;
    private static final int KIND_VOLATILE = 9;
    private static final int KIND_CONST = 10;
    private static final int KIND_FUNC_PROTO = 13;
    private static final int KIND_VAR = 14;
    private static final int KIND_DATASEC = 15;
    private static final int KIND_DECL_TAG = 17;
    private static final int KIND_ENUM64 = 19;

    private record Type(int kind, int sizeOrType) {}

    private final List<Type> types = new ArrayList<>(List.of(new Type(0, 0)));
    private final Map<String, Struct> structs = new LinkedHashMap<>();
    private final Map<String, Integer> enumerators = new LinkedHashMap<>();
    private final List<Runnable> unresolved = new ArrayList<>();
    private final ByteBuffer btf;
    private final int strings;

    private Btf(ByteBuffer btf) {
        this.btf = btf;
        int header = btf.getInt(4);
        int typeStart = header + btf.getInt(8);
        int typeEnd = typeStart + btf.getInt(12);
        this.strings = header + btf.getInt(16);
        for (int at = typeStart; at < typeEnd; ) {
            at = readType(at);
        }
        unresolved.forEach(Runnable::run);
    }

    /** Reads the BTF of a 64-bit little-endian ELF object. */
    static Btf ofElf(byte[] elf) {
        ByteBuffer file = ByteBuffer.wrap(elf).order(ByteOrder.LITTLE_ENDIAN);
        int sections = (int) file.getLong(0x28);
        int entrySize = file.getShort(0x3a);
        int count = file.getShort(0x3c);
        int names = sections + file.getShort(0x3e) * entrySize;
        for (int i = 0; i < count; i++) {
            int section = sections + i * entrySize;
            int name = (int) file.getLong(names + 0x18) + file.getInt(section);
            if (string(file, name).equals(".BTF")) {
                ByteBuffer btf =
                        file.slice(
                                (int) file.getLong(section + 0x18),
                                (int) file.getLong(section + 0x20));
                return new Btf(btf.order(ByteOrder.LITTLE_ENDIAN));
            }
        }
        throw new IllegalArgumentException("no .BTF section");
    }

    Struct struct(String name) {
        return structs.get(name);
    }

    Map<String, Integer> enumerators() {
        return enumerators;
    }

    private int readType(int start) {
        String name = name(start);
        int info = btf.getInt(start + 4);
        int kind = info >>> 24 & 0x1f;
        int count = info & 0xffff;
        int sizeOrType = btf.getInt(start + 8);
        int at = start + 12;
        if (kind == KIND_ARRAY) {
            // Element type and count follow; size() reads them there.
            types.add(new Type(kind, at));
        } else {
            types.add(new Type(kind, sizeOrType));
        }
        switch (kind) {
            case KIND_INT, KIND_VAR, KIND_DECL_TAG -> at += 4;
            case KIND_ARRAY -> at += 12;
            case KIND_STRUCT, KIND_UNION -> {
                Map<String, Member> members = new LinkedHashMap<>();
                for (int i = 0; i < count; i++, at += 12) {
                    String member = name(at);
                    int type = btf.getInt(at + 4);
                    long offset = btf.getInt(at + 8) / 8;
                    members.put(member, null);
                    unresolved.add(() -> members.put(member, new Member(offset, size(type))));
                }
                structs.put(name, new Struct(sizeOrType, members));
            }
            case KIND_ENUM -> {
                for (int i = 0; i < count; i++, at += 8) {
                    enumerators.put(name(at), btf.getInt(at + 4));
                }
            }
            case KIND_ENUM64, KIND_DATASEC -> at += 12 * count;
            case KIND_FUNC_PROTO -> at += 8 * count;
            default -> {}
        }
        return at;
    }

    private long size(int id) {
        Type type = types.get(id);
        return switch (type.kind) {
            case KIND_INT, KIND_ENUM, KIND_STRUCT, KIND_UNION -> type.sizeOrType;
            case KIND_PTR -> 8;
            case KIND_TYPEDEF, KIND_VOLATILE, KIND_CONST -> size(type.sizeOrType);
            case KIND_ARRAY -> size(btf.getInt(type.sizeOrType)) * btf.getInt(type.sizeOrType + 8);
            default -> throw new IllegalArgumentException("member of BTF kind " + type.kind);
        };
    }

    private String name(int type) {
        return string(btf, strings + btf.getInt(type));
    }

    private static String string(ByteBuffer bytes, int start) {
        int end = start;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] string = new byte[end - start];
        bytes.get(start, string);
        return new String(string, UTF_8);
    }
}
