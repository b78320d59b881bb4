package org.schedbook.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.kernel.Names.Headers;

/**
 * Looks at what clang made of C that somebody wrote: which programs, maps, helpers and functions of
 * the kernel there are. It may have those that {@code policy.h} and {@code policy_ops.h} have, and
 * no others, whatever the text looked like. elf(5), 64 bits, little-endian.
 */
final class ObjectGate {

    private static final int SYMTAB = 2;
    private static final int PROGBITS = 1;
    private static final int REL = 9;
    private static final int EXECUTABLE = 4;
    private static final int SYMBOL_SIZE = 24;
    private static final int INSTRUCTION = 8;

    /** BPF_JMP | BPF_CALL; who is called is in the upper half of the registers. */
    private static final int CALL = 0x85;

    /** The helpers that policy.h names, and the one that copies text, for sb_exit alone. */
    private static final Set<Integer> HELPERS = Set.of(1, 2, 3, 5, 156, 157);

    private static final int COPIES_TEXT = 115;

    private static final Set<String> PROGRAMS =
            matches("policy_ops.h", "SEC\\(\"(struct_ops\\S*?/sb_\\w+)\"\\)");

    /** Those of kernel.h and policy.h; a suffix says which form of a function is meant. */
    private static final Set<String> FUNCTIONS = functions();

    private record Section(
            String name, int type, long flags, int offset, int size, int link, int info) {}

    private record Symbol(String name, int section, int type, int value, int size) {}

    private final ByteBuffer elf;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();
    private final Set<String> ownMaps;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param maps names of the maps that the policy declares by the macros of policy.h
     */
    ObjectGate(byte[] object, Set<String> maps) {
        elf = ByteBuffer.wrap(object).order(ByteOrder.LITTLE_ENDIAN);
        ownMaps = maps;
        readSections();
        readSymbols();
        judgeSections();
        judgeSymbols();
    }

    /** Returns what there may not be; empty if the object may be loaded. */
    List<String> problems() {
        return problems;
    }

    /** Returns the elements of a variable that is an array of 64-bit numbers. */
    List<Long> numbers(String variable) {
        var numbers = new ArrayList<Long>();
        for (Symbol symbol : symbols) {
            if (symbol.name.equals(variable)
                    && symbol.section > 0
                    && symbol.section < sections.size()) {
                Section section = sections.get(symbol.section);
                for (int at = 0; at + 8 <= symbol.size; at += 8) {
                    numbers.add(
                            section.type == PROGBITS
                                    ? elf.getLong(section.offset + symbol.value + at)
                                    : 0);
                }
            }
        }
        return numbers;
    }

    // ---- Reading ----------------------------------------------------------------------------

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

    private void readSymbols() {
        for (Section section : sections) {
            if (section.type != SYMTAB) {
                continue;
            }
            int strings = sections.get(section.link).offset;
            for (int at = section.offset; at < section.offset + section.size; at += SYMBOL_SIZE) {
                symbols.add(
                        new Symbol(
                                text(strings + elf.getInt(at)),
                                elf.getShort(at + 6),
                                elf.get(at + 4) & 0xf,
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

    // ---- Judging ----------------------------------------------------------------------------

    private void judgeSections() {
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            if ((section.flags & EXECUTABLE) != 0 && section.size > 0) {
                if (!section.name.equals(".text") && !PROGRAMS.contains(section.name)) {
                    problems.add("The program %s is none of a scheduler's".formatted(section.name));
                }
                judgeCalls(i, section);
            }
        }
    }

    private void judgeCalls(int index, Section section) {
        Map<Integer, String> targets = targets(index);
        for (int at = 0; at < section.size; at += INSTRUCTION) {
            int code = elf.get(section.offset + at) & 0xff;
            int called = (elf.get(section.offset + at + 1) & 0xff) >> 4;
            int number = elf.getInt(section.offset + at + 4);
            if (code != CALL || called != 0 || targets.containsKey(at)) {
                continue;
            }
            boolean known =
                    HELPERS.contains(number)
                            || number == COPIES_TEXT && section.name.endsWith("/sb_exit");
            if (!known) {
                problems.add(
                        "The BPF helper %d is not for policies: policy.h has those that are"
                                .formatted(number));
            }
        }
        for (int at = 0; at < section.size; at += INSTRUCTION) {
            int code = elf.get(section.offset + at) & 0xff;
            if (code == 0x8d) {
                problems.add("A call by pointer is not possible: call the function by its name");
            }
        }
    }

    /** Returns the instructions whose call is of a name, which is judged as a symbol. */
    private Map<Integer, String> targets(int index) {
        var targets = new TreeMap<Integer, String>();
        for (Section section : sections) {
            if (section.type == REL && section.info == index) {
                for (int at = section.offset; at < section.offset + section.size; at += 16) {
                    int symbol = (int) (elf.getLong(at + 8) >>> 32);
                    targets.put((int) elf.getLong(at), symbols.get(symbol).name);
                }
            }
        }
        return targets;
    }

    private void judgeSymbols() {
        for (Symbol symbol : symbols) {
            if (symbol.section == 0) {
                if (!symbol.name.isEmpty() && !FUNCTIONS.contains(symbol.name)) {
                    problems.add(
                            "%s of the kernel is not for policies: policy.h has what is"
                                    .formatted(symbol.name));
                }
            } else if (symbol.section > 0 && symbol.section < sections.size() && symbol.type == 1) {
                String section = sections.get(symbol.section).name;
                if (section.equals(".maps")
                        && !ownMaps.contains(symbol.name)
                        && !symbol.name.equals("sb_tasks")) {
                    problems.add(
                            "The map %s is not possible: sb_array, sb_map and sb_storage make maps"
                                    .formatted(symbol.name));
                }
                if (section.startsWith(".struct_ops") && !symbol.name.equals("policy_ops")) {
                    problems.add(
                            "%s is a second set of operations: policy_ops.h has the one there can"
                                            .formatted(symbol.name)
                                    + " be");
                }
            }
        }
    }

    // ---- What the headers have --------------------------------------------------------------

    private static Set<String> matches(String header, String pattern) {
        return Pattern.compile(pattern)
                .matcher(Headers.text(header))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static Set<String> functions() {
        var functions = new HashSet<String>();
        for (String header : List.of("kernel.h", "policy.h")) {
            functions.addAll(matches(header, "(?s)(?:__kfunc|extern)\\s[^;(]*?\\b(\\w+)\\("));
        }
        return functions;
    }
}
