package org.schedbook.libbpf;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Where the global variables of an ELF object are: elf(5), 64 bits, little-endian. */
public final class ElfSymbols {

    /**
     * A variable.
     *
     * @param section the section it is in, which is also the name of its map
     * @param offset in that
     * @param size in bytes
     */
    public record Symbol(String section, int offset, int size) {}

    private static final int SECTION_TABLE = 0x28;
    private static final int SECTION_SIZE = 0x3A;
    private static final int SECTION_COUNT = 0x3C;
    private static final int SECTION_NAMES = 0x3E;

    /** {@code SHT_SYMTAB} and {@code STT_OBJECT}. */
    private static final int SYMTAB = 2;

    private static final int OBJECT = 1;
    private static final int SYMBOL_SIZE = 24;

    private final ByteBuffer elf;
    private final Map<String, Symbol> symbols = new HashMap<>();

    private ElfSymbols(byte[] bytes) {
        elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int count = elf.getShort(SECTION_COUNT);
        int names = section(elf.getShort(SECTION_NAMES));
        for (int i = 0; i < count; i++) {
            int table = section(i);
            if (elf.getInt(table + 4) == SYMTAB) {
                read(table, count, names);
            }
        }
    }

    /**
     * Reads the symbols of an object.
     *
     * @throws IndexOutOfBoundsException if it is no such object
     */
    public static Map<String, Symbol> of(byte[] elf) {
        return new ElfSymbols(elf).symbols;
    }

    private int section(int index) {
        return (int) elf.getLong(SECTION_TABLE) + index * elf.getShort(SECTION_SIZE);
    }

    private int offset(int section) {
        return (int) elf.getLong(section + 0x18);
    }

    private void read(int table, int count, int names) {
        int strings = offset(section(elf.getInt(table + 0x28)));
        int start = offset(table);
        int end = start + (int) elf.getLong(table + 0x20);
        for (int at = start; at < end; at += SYMBOL_SIZE) {
            int section = elf.getShort(at + 6);
            if ((elf.get(at + 4) & 0xf) == OBJECT && section > 0 && section < count) {
                symbols.put(
                        text(strings + elf.getInt(at)),
                        new Symbol(
                                text(offset(names) + elf.getInt(section(section))),
                                (int) elf.getLong(at + 8),
                                (int) elf.getLong(at + 16)));
            }
        }
    }

    private String text(int at) {
        int end = at;
        while (elf.get(end) != 0) {
            end++;
        }
        return new String(elf.array(), at, end - at, StandardCharsets.UTF_8);
    }
}
