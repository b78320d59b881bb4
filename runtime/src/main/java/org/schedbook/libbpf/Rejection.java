package org.schedbook.libbpf;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Why the kernel's verifier rejected a program, in a person's words.
 *
 * <p>From 7.3 on the kernel gives a reason, a place and a suggestion. Before, there is only what it
 * printed last, and the source lines before that: what such words mean is in a table here.
 *
 * @param line of the source that was asked for, 0 if the log names none
 * @param column 0 if the log has none
 * @param text of that line, empty if the log has none
 * @param reason one sentence
 * @param suggestion what to do about it, one sentence
 */
public record Rejection(int line, int column, String text, String reason, String suggestion) {

    private static final String BEGIN = "BEGIN PROG LOAD LOG";
    private static final String END = "-- END PROG LOAD LOG";

    /** What the kernel says of itself and not of the program. */
    private static final Pattern ASIDE =
            Pattern.compile(
                    "^\\s*$|^;|^\\d+: |^processed \\d+ insns|^verification time|^stack depth"
                            + "|^mark_precise|^from \\d+ to \\d+|^func#\\d+|^Live regs|^arg#\\d+ reference"
                            + "|^-- |^libbpf:|^\\(\\w+\\) |^caller:|^callee:|^returning from callee"
                            + "|^Validating \\S+ func|^max_states_per_insn");

    /** The kernel wraps its sentences; a section ends at a blank line or the next heading. */
    private static final String SECTION =
            "(?m)^%s:\\s*(\\S.*(?:\\n(?!\\w[\\w ]*:|processed |libbpf:|--)[ \\t]*\\S.*)*)";

    private static final Pattern REASON = Pattern.compile(SECTION.formatted("Reason"));
    private static final Pattern SUGGESTION = Pattern.compile(SECTION.formatted("Suggestion"));

    private record Meaning(Pattern words, String reason, String suggestion) {}

    private static final List<Meaning> MEANINGS =
            List.of(
                    meaning(
                            "invalid mem access '\\w*_or_null_?'|may be NULL",
                            "what was looked up here may be missing, and is used all the same",
                            "Test it with != null, in the same method, before it is used."),
                    meaning(
                            "Possibly NULL pointer passed|_or_null_? expected",
                            "a task that may be null is passed on here",
                            "Test it with != null first; prev of dispatch is null when the CPU was"
                                    + " idle."),
                    meaning(
                            "math between \\w+ pointer and register with unbounded"
                                    + "|invalid access to (?:map value|memory)|unbounded memory access"
                                    + "|makes pointer be out of bounds"
                                    + "|R\\d+ (?:min|max) value is|outside of the (?:array|allowed memory) range",
                            "an index may be outside of what it indexes",
                            "Test the index against both ends right before it is used."),
                    meaning(
                            "infinite loop detected|back-edge from",
                            "the verifier sees no end of a loop",
                            "Count the turns: for (int i = 0; i < n; i++)."),
                    meaning(
                            "BPF program is too large|jumps is too complex|too many states",
                            "the verifier gave up: there are too many ways through the policy",
                            "Use fewer branches within loops, and fewer loops within loops."),
                    meaning(
                            "recursive call from|call stack of \\d+ frames is too deep",
                            "a method calls itself, directly or not, or calls are nested too deep",
                            "Write a loop, or call fewer methods from methods."),
                    meaning(
                            "combined stack size|stack .*(?:exceeds|too large)|invalid (?:read|write) (?:from|to) stack"
                                    + "|stack limit",
                            "the policy's variables need more than the 512 bytes of stack there are",
                            "Use fewer local variables, or keep some in fields."),
                    meaning(
                            "calling kernel function (\\S+) is not allowed"
                                    + "|(?:program of this type cannot use|cannot call|cannot use) (?:helper|kernel function) (\\S+)",
                            "%s cannot be called in this callback",
                            "Do it in a callback that may: createDsq in init, moving tasks in"
                                    + " dispatch, inserting in enqueue."),
                    meaning(
                            "not allowed (?:before leaving lock region|while holding a lock)|lock is already (?:acquired|held)",
                            "something is called while a lock is held",
                            "Leave the lock first."),
                    meaning(
                            "arg#?\\d+ (?:pointer type|expected pointer)|must be (?:a )?(?:referenced|rcu|trusted)"
                                    + "|type=\\w+ expected=.*|invalid mem access '(?:scalar|inv)'",
                            "what is used here is for the kernel only a number, or a task that may be"
                                    + " gone",
                            "Use the task of this callback, or one that a queue gave."),
                    meaning(
                            "cannot write into|only read is supported",
                            "what is the kernel's own is written to",
                            "Write to the policy's own variables; what it may change of a task,"
                                    + " its verbs change."),
                    meaning(
                            "access beyond (?:struct|the end)|dereference of modified|invalid bpf_context access"
                                    + "|pointer arithmetic|arithmetic on \\S+ prohibited"
                                    + "|leaks addr|variable \\S+ access",
                            "a pointer is calculated with, and the kernel cannot say where it leads",
                            "Reach what you need by its name: a field, a verb, or an element of an"
                                    + " array."),
                    meaning(
                            "[Uu]nreleased reference|reference has not been acquired"
                                    + "|release kernel function",
                            "something that was taken is not given back on each way out, or twice",
                            "Give it back once on each way out, early returns too."),
                    meaning(
                            "!read_ok|invalid read from uninit|is not initialized|uninitialized",
                            "a variable is used that may have no value",
                            "Give it a value where it is declared."),
                    meaning(
                            "unknown (?:opcode|func)|invalid func|calling invalid kernel function"
                                    + "|unrecognized|not supported by JIT",
                            "this kernel is older than what the policy was compiled for",
                            "Use a newer kernel: %target vm kernel=VERSION."),
                    meaning(
                            "At program exit the register R0 has|R0 .*should have been in",
                            "a callback returns what the kernel does not take",
                            "Return a value from the range the log names."));

    private static Meaning meaning(String words, String reason, String suggestion) {
        return new Meaning(Pattern.compile(words), reason, suggestion);
    }

    /**
     * Reads a log.
     *
     * @param files what the source whose lines are of interest may be called, such as {@code
     *     mine.java}; others that the log names are Schedbook's own
     * @return nothing if no program was rejected
     */
    public static Optional<Rejection> of(String log, String... files) {
        int begin = log.lastIndexOf(BEGIN);
        if (begin < 0) {
            return Optional.empty();
        }
        int start = log.indexOf('\n', begin) + 1;
        int end = log.indexOf(END, begin);
        String part = log.substring(start, end < start ? log.length() : end);

        String said = first(REASON, part);
        String suggested = first(SUGGESTION, part);
        String words = said.isEmpty() ? lastWords(part) : said;
        Meaning known = null;
        String reason = words.isEmpty() ? "it does not say why" : words;
        for (Meaning meaning : MEANINGS) {
            Matcher matcher = meaning.words.matcher(words);
            if (matcher.find()) {
                known = meaning;
                if (said.isEmpty()) {
                    reason =
                            meaning.reason.contains("%s")
                                    ? named(meaning, matcher)
                                    : meaning.reason;
                }
                break;
            }
        }
        String suggestion =
                !suggested.isEmpty()
                        ? suggested
                        : known != null
                                ? known.suggestion
                                : "The kernel's own words are below; this may be a fault of"
                                        + " Schedbook's own.";
        Place place = place(part, files);
        return Optional.of(
                new Rejection(place.line, place.column, place.text, plain(reason), suggestion));
    }

    /** Returns what a person reads: one sentence. */
    public String sentence() {
        String at = line == 0 ? "" : " at line " + line + (column == 0 ? "" : ", column " + column);
        return "The kernel's verifier rejects the policy%s: %s.".formatted(at, reason);
    }

    private static String named(Meaning meaning, MatchResult match) {
        String name = match.group(1) == null ? match.group(2) : match.group(1);
        return meaning.reason.formatted(name);
    }

    private static String plain(String reason) {
        return reason.strip().replaceAll("[.\\s]+$", "");
    }

    private static String first(Pattern pattern, String text) {
        Matcher matcher = pattern.matcher(text);
        return matcher.find() ? matcher.group(1).strip().replaceAll("\\s*\\n\\s*", " ") : "";
    }

    /** Returns the last line that is the verifier's judgement. */
    private static String lastWords(String part) {
        return part.lines()
                .filter(line -> !ASIDE.matcher(line).find())
                .reduce("", (before, line) -> line)
                .strip();
    }

    private record Place(int line, int column, String text) {}

    /**
     * Where it happened, or if that is in Schedbook's own text where in the source this was reached
     * from: what the log names before.
     */
    private static Place place(String part, String... files) {
        String quoted =
                Arrays.stream(files)
                        .map(Pattern::quote)
                        .collect(Collectors.joining("|", "(?:", ")"));
        String named = "\\S+ @ " + quoted + ":(\\d+):(\\d+)";
        Matcher at = Pattern.compile("(?m)^At:\\s+" + named).matcher(part);
        if (at.find()) {
            return place(at, part);
        }
        Place last = lastLine(part, quoted);
        Matcher path = Pattern.compile("(?m)^(?:Causal path:)?\\s+" + named).matcher(part);
        while (path.find()) {
            Place before = place(path, part);
            if (last.line == 0 || last.line == before.line) {
                return last.text.isEmpty()
                        ? before
                        : new Place(before.line, before.column, last.text);
            }
        }
        return last;
    }

    private static Place place(MatchResult named, String part) {
        int line = Integer.parseInt(named.group(1));
        String text = first(Pattern.compile("(?m)^\\s*>>>\\s*" + line + " \\|\\s?(.*)$"), part);
        return new Place(line, Integer.parseInt(named.group(2)), text);
    }

    /** Returns the last line of the source before the instruction at which the verifier stopped. */
    private static Place lastLine(String part, String quoted) {
        Matcher last =
                Pattern.compile("(?m)^; ?(.*?) ?@ " + quoted + ":(\\d+)(?::(\\d+))?\\s*$")
                        .matcher(part);
        var place = new Place(0, 0, "");
        while (last.find()) {
            place =
                    new Place(
                            Integer.parseInt(last.group(2)),
                            last.group(3) == null ? 0 : Integer.parseInt(last.group(3)),
                            last.group(1).strip());
        }
        return place;
    }
}
