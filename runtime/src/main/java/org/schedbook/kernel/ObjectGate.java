package org.schedbook.kernel;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.schedbook.kernel.ElfObject.Section;
import org.schedbook.kernel.ElfObject.Symbol;
import org.schedbook.kernel.Names.Headers;

/**
 * Looks at what clang made of C that somebody wrote: which programs, maps, helpers and functions of
 * the kernel there are. It may have those that {@code policy.h} and {@code policy_ops.h} have, and
 * no others, whatever the text looked like.
 */
final class ObjectGate {

    private static final int EXECUTABLE = 4;
    private static final int INSTRUCTION = 8;
    private static final int RELOCATION = 16;

    /** BPF_JMP | BPF_CALL; who is called is in the upper half of the registers. */
    private static final int CALL = 0x85;

    private static final int CALL_BY_POINTER = 0x8d;

    /** The helpers that policy.h names, and the one that copies text, for sb_exit alone. */
    private static final Set<Integer> HELPERS = Set.of(1, 2, 3, 5, 156, 157);

    private static final int COPIES_TEXT = 115;

    private static final Set<String> PROGRAMS =
            matches("policy_ops.h", "SEC\\(\"(struct_ops\\S*?/sb_\\w+)\"\\)");

    /** Those of kernel.h and policy.h; a suffix says which form of a function is meant. */
    private static final Set<String> FUNCTIONS = functions();

    private final ElfObject object;
    private final Set<String> ownMaps;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param maps names of the maps that the policy declares by the macros of policy.h
     */
    ObjectGate(byte[] object, Set<String> maps) {
        this.object = ElfObject.of(object);
        ownMaps = maps;
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
        for (Symbol symbol : object.symbols()) {
            if (symbol.name().equals(variable)) {
                object.section(symbol).ifPresent(section -> addNumbers(section, symbol, numbers));
            }
        }
        return numbers;
    }

    private void addNumbers(Section section, Symbol symbol, List<Long> numbers) {
        for (int at = 0; at + 8 <= symbol.size(); at += 8) {
            numbers.add(
                    section.type() == ElfObject.PROGBITS
                            ? object.bytes().getLong(section.offset() + symbol.value() + at)
                            : 0);
        }
    }

    // ---- Judging ----------------------------------------------------------------------------

    private void judgeSections() {
        List<Section> sections = object.sections();
        for (int i = 0; i < sections.size(); i++) {
            Section section = sections.get(i);
            if ((section.flags() & EXECUTABLE) != 0 && section.size() > 0) {
                if (!section.name().equals(".text") && !PROGRAMS.contains(section.name())) {
                    problems.add(
                            "The program %s is none of a scheduler's".formatted(section.name()));
                }
                judgeCalls(section, callsOfNames(i));
            }
        }
    }

    private void judgeCalls(Section section, Set<Integer> ofNames) {
        ByteBuffer bytes = object.bytes();
        for (int at = 0; at < section.size(); at += INSTRUCTION) {
            int code = bytes.get(section.offset() + at) & 0xff;
            if (code == CALL_BY_POINTER) {
                problems.add("A call by pointer is not possible: call the function by its name");
            }
            int called = (bytes.get(section.offset() + at + 1) & 0xff) >> 4;
            if (code != CALL || called != 0 || ofNames.contains(at)) {
                continue;
            }
            int number = bytes.getInt(section.offset() + at + 4);
            boolean known =
                    HELPERS.contains(number)
                            || number == COPIES_TEXT && section.name().endsWith("/sb_exit");
            if (!known) {
                problems.add(
                        "The BPF helper %d is not for policies: policy.h has those that are"
                                .formatted(number));
            }
        }
    }

    /** Returns where a section calls what has a name, which is judged as a symbol. */
    private Set<Integer> callsOfNames(int index) {
        var calls = new HashSet<Integer>();
        for (Section section : object.sections()) {
            if (section.type() == ElfObject.REL && section.info() == index) {
                int end = section.offset() + section.size();
                for (int at = section.offset(); at < end; at += RELOCATION) {
                    calls.add((int) object.bytes().getLong(at));
                }
            }
        }
        return calls;
    }

    private void judgeSymbols() {
        for (Symbol symbol : object.symbols()) {
            String name = symbol.name();
            if (symbol.section() == 0) {
                if (!name.isEmpty() && !FUNCTIONS.contains(name)) {
                    problems.add(
                            "%s of the kernel is not for policies: policy.h has what is"
                                    .formatted(name));
                }
            } else if (symbol.type() == ElfObject.OBJECT) {
                object.section(symbol).ifPresent(section -> judgeVariable(name, section.name()));
            }
        }
    }

    private void judgeVariable(String name, String section) {
        if (section.equals(".maps") && !ownMaps.contains(name) && !name.equals("sb_tasks")) {
            problems.add(
                    "The map %s is not possible: sb_array, sb_map and sb_storage make maps"
                            .formatted(name));
        }
        if (section.startsWith(".struct_ops") && !name.equals("policy_ops")) {
            problems.add(
                    "%s is a second set of operations: policy_ops.h has the one there can be"
                            .formatted(name));
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
