package org.schedbook.compile;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The types and members a policy may use, read from {@code allowed.txt}. */
final class AllowList {

    private static final String ALL = "*";

    /** Read once: it is part of the program. */
    static final AllowList INSTANCE = read();

    /** Members by binary name of their type; {@code *} and exceptions as in the file. */
    private final Map<String, Set<String>> types = new TreeMap<>();

    private static AllowList read() {
        var list = new AllowList();
        try (var reader =
                new BufferedReader(
                        new InputStreamReader(
                                AllowList.class.getResourceAsStream("allowed.txt"),
                                StandardCharsets.UTF_8))) {
            String inPackage = "";
            for (String line : reader.lines().toList()) {
                List<String> words = List.of(line.replaceFirst("#.*", "").strip().split("\\s+"));
                String first = words.getFirst();
                if (first.endsWith(":")) {
                    inPackage = first.substring(0, first.length() - 1);
                } else if (!first.isEmpty()) {
                    list.types
                            .computeIfAbsent(inPackage + "." + first, _ -> new HashSet<>())
                            .addAll(words.subList(1, words.size()));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return list;
    }

    /** Returns whether a type, by binary name, may be named. */
    boolean allows(String type) {
        return types.containsKey(type) || types.containsKey(wholePackage(type));
    }

    /** Returns whether a member may be used that this very type declares. */
    boolean allows(String type, String member) {
        Set<String> members = types.getOrDefault(type, types.get(wholePackage(type)));
        return members != null
                && (members.contains(ALL)
                        ? !members.contains("-" + member)
                        : members.contains(member));
    }

    /** Returns what the file says: members by type. */
    Map<String, Set<String>> types() {
        return types;
    }

    private static String wholePackage(String type) {
        return type.substring(0, type.lastIndexOf('.') + 1) + ALL;
    }

    private AllowList() {}
}
