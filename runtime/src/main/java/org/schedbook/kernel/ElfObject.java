package org.schedbook.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is in an object that clang made: elf(5), 64 bits, little-endian. */
public final class ElfObject {

    /** Types of sections: {@code SHT_PROGBITS}, {@code SHT_SYMTAB}, {@code SHT_REL}. */
    static final int PROGBITS = 1;

    static final int SYMTAB = 2;
    static final int REL = 9;

    /** {@code STT_OBJECT}, the type of a variable. */
    static final int OBJECT = 1;

    private static final int SYMBOL_SIZE = 24;

    /**
     * A section, with the fields of its header that are looked at.
     *
     * @param offset of its bytes in the object
     */
    record Section(String name, int type, long flags, int offset, int size, int link, int info) {}

    /**
     * A symbol.
     *
     * @param section the number of the section it is in; 0 if it is defined elsewhere
     * @param value for a variable, its offset in the section
     */
    record Symbol(String name, int section, int type, int value, int size) {}

    /**
     * A global variable.
     *
     * @param section the section it is in, which is also the name of its map
     * @param offset in that
     * @param size in bytes
     */
    public record Variable(String section, int offset, int size) {}

    private final ByteBuffer elf;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    private ElfObject(byte[] bytes) {
        elf = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        readSections();
        sections.stream().filter(section -> section.type == SYMTAB).forEach(this::readSymbols);
    }

    /**
     * Reads an object.
     *
     * @throws IndexOutOfBoundsException if it is none
     */
    public static ElfObject of(byte[] bytes) {
        return new ElfObject(bytes);
    }

    /** Returns its global variables by their names. */
    public Map<String, Variable> variables() {
        var variables = new HashMap<String, Variable>();
        for (Symbol symbol : symbols) {
            if (symbol.type == OBJECT) {
                section(symbol)
                        .ifPresent(
                                section ->
                                        variables.put(
                                                symbol.name,
                                                new Variable(
                                                        section.name, symbol.value, symbol.size)));
            }
        }
        return variables;
    }

    /** Returns its bytes. */
    ByteBuffer bytes() {
        return elf;
    }

    List<Section> sections() {
        return sections;
    }

    List<Symbol> symbols() {
        return symbols;
    }

    /** Returns the section that a symbol is in; empty if it is in none of this object. */
    Optional<Section> section(Symbol symbol) {
        return symbol.section > 0 && symbol.section < sections.size()
                ? Optional.of(sections.get(symbol.section))
                : Optional.empty();
    }

    private void readSections() {
        int table = (int) elf.getLong(0x28);
        int size = elf.getShort(0x3A);
        int count = elf.getShort(0x3C);
        int names = offset(table + elf.getShort(0x3E) * size);
        for (int i = 0; i < count; i++) {
            int at = table + i * size;
            sections.add(
                    new Section(
                            text(names + elf.getInt(at)),
                            elf.getInt(at + 4),
                            elf.getLong(at + 8),
                            offset(at),
                            (int) elf.getLong(at + 0x20),
                            elf.getInt(at + 0x28),
                            elf.getInt(at + 0x2C)));
        }
    }

    private int offset(int header) {
        return (int) elf.getLong(header + 0x18);
    }

    private void readSymbols(Section table) {
        int strings = sections.get(table.link).offset;
        for (int at = table.offset; at < table.offset + table.size; at += SYMBOL_SIZE) {
            symbols.add(
                    new Symbol(
                            text(strings + elf.getInt(at)),
                            elf.getShort(at + 6),
                            elf.get(at + 4) & 0xf,
                            (int) elf.getLong(at + 8),
                            (int) elf.getLong(at + 16)));
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
