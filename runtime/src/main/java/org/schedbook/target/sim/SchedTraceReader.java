package org.schedbook.target.sim;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.target.sim.SchedTrace.Event;
import org.schedbook.target.sim.SchedTrace.Fork;
import org.schedbook.target.sim.SchedTrace.Insert;
import org.schedbook.target.sim.SchedTrace.Move;
import org.schedbook.target.sim.SchedTrace.Slice;
import org.schedbook.target.sim.SchedTrace.Switch;
import org.schedbook.target.sim.SchedTrace.Waking;

/** Reads the text of a trace, line by line. Numbers are as long as the kernel makes them. */
final class SchedTraceReader {

    /** The time between events may stand behind. */
    private static final String TIME =
            "(?<s>\\d{1,10})\\.(?<fraction>\\d{6}(?:\\d{3})?): +(?:\\(\\+\\d+\\) +)?";

    /** X where the architecture does not tell whether interrupts were off. */
    private static final String FLAGS = "(?:(?<flags>[dDbBX.]\\S{3,7})\\s+)?";

    private static final String CPU = "\\[ *(?<cpu>\\d{1,4})]\\s+";

    /** Its system may stand before it, and who it was asked of behind. */
    private static final String EVENT = "(?:[\\w-]+:)?(?<event>\\w{3,}):(?:[ukhGH]{1,3}:)? *";

    /** What an event begins with, and words of a person's do not: a task and its number. */
    private static final Pattern WHOSE = Pattern.compile(".+-\\d+\\s");

    /** Of the kernel and of trace-cmd; where names have blanks, the last that looks so counts. */
    private static final Pattern FTRACE =
            Pattern.compile(
                    "\\s*(.{0,40})-(?<pid>\\d{1,10})\\s+(?:\\((?<tgid>[-\\d ]+)\\)\\s+)?"
                            + CPU
                            + FLAGS
                            + TIME
                            + ("(?:" + EVENT + ")?(?<text>.*)"),
                    Pattern.DOTALL);

    /** Of perf script: the process may stand before the thread, the period before the event. */
    private static final Pattern PERF =
            Pattern.compile(
                    "\\s*(.{0,40}?)\\s+(?:(?<tgid>\\d{1,10})/)?(?<pid>\\d{1,10})\\s+"
                            + CPU
                            + FLAGS
                            + TIME
                            + ("(?:\\d+ +)?" + EVENT + "(?<text>.*)"),
                    Pattern.DOTALL);

    private static final String NR = "(\\d{1,10})";
    private static final String PRIO = "(-?\\d{1,9})";

    /** Kernels of phones have more fields behind. */
    private static final String MORE = "(?:\\s.*)?";

    private static final List<Pattern> SWITCH =
            List.of(
                    Pattern.compile(
                            ("prev_comm=(.*) prev_pid=%1$s prev_prio=%2$s prev_state=(\\S+) ==> "
                                            + "next_comm=(.*) next_pid=%1$s next_prio=%2$s"
                                            + MORE)
                                    .formatted(NR, PRIO),
                            Pattern.DOTALL),
                    Pattern.compile(
                            ("task (.*):%1$s \\[%2$s] \\((\\S+)\\) ==> (.*):%1$s \\[%2$s]" + MORE)
                                    .formatted(NR, PRIO),
                            Pattern.DOTALL),
                    Pattern.compile(
                            ("(.*):%1$s \\[%2$s] (\\S+) ==> (.*):%1$s \\[%2$s]" + MORE)
                                    .formatted(NR, PRIO),
                            Pattern.DOTALL));

    private static final List<Pattern> WAKING =
            List.of(
                    Pattern.compile("comm=.* pid=" + NR + " prio=" + PRIO + MORE, Pattern.DOTALL),
                    Pattern.compile(".*:" + NR + " \\[" + PRIO + "]" + MORE, Pattern.DOTALL));

    private static final List<Pattern> FORK =
            List.of(
                    Pattern.compile(
                            "comm=.* pid=\\d+ child_comm=.* child_pid=" + NR + MORE,
                            Pattern.DOTALL));

    private static final List<Pattern> INSERT =
            List.of(
                    Pattern.compile(
                            "\\(\\S+\\) pid=(-?\\d{1,10}) dsq=0x([0-9a-f]{1,16}) slice=(\\d{1,20})"
                                    + "(?: vtime=(-?\\d{1,20}))?"));

    private static final List<Pattern> MOVE =
            List.of(Pattern.compile("\\(\\S+\\) pid=(-?\\d{1,10}) dsq=0x([0-9a-f]{1,16})"));

    private static final List<Pattern> SLICE =
            List.of(Pattern.compile("\\(\\S+\\) slice=(\\d{1,20})"));

    private static final Pattern FIELD = Pattern.compile("(\\w+)=(\\S*)");

    /**
     * The fields of an event in the order of the kernels here, and what those are that it lacks.
     */
    private static final Map<String, String> FIELDS =
            Map.of(
                    "sched_switch",
                    "prev_comm=<...> prev_pid= prev_prio=120 prev_state= ==> next_comm=<...> next_pid= next_prio=120",
                    "sched_process_fork",
                    "comm=<...> pid=0 child_comm=<...> child_pid=",
                    "sched_waking",
                    "comm=<...> pid= prio=120");

    private static final Set<String> WAKES =
            Set.of("sched_waking", "sched_wakeup", "sched_wakeup_new");

    /** What user space has the kernel write; it may have several lines. */
    private static final Set<String> MARKERS =
            Set.of("tracing_mark_write", "print", "bprint", "bputs");

    /** Of the header: when the two differ, the kernel has overwritten the oldest. */
    private static final Pattern ENTRIES =
            Pattern.compile("# entries-in-buffer/entries-written: (\\d+)/(\\d+) .*");

    private static final Pattern LOST =
            Pattern.compile(
                    "CPU:(?<cpu>\\d+) \\[(?:LOST (?<lost>\\d+) EVENTS|(?:(?<dropped>\\d+) )?EVENTS DROPPED)]");

    /** Headers, and the stacks that may follow an event. */
    private static final Pattern PASSED_OVER =
            Pattern.compile(
                    "\\s*|#.*|cpus=\\d+|version = \\d+|CPU \\d+ is empty|TRACE:|\\s*=> .*"
                            + "|\\s+[0-9a-f]{6,16} .*|\\s+[0-9a-f]{1,16} .*\\(.*\\)\\s*|.*: <(?:user )?stack trace>\\s*");

    /** Forms that are recognised and not read, and how to have one that is. */
    private static final Map<Pattern, String> OTHER_FORMS =
            Map.of(
                    Pattern.compile(".*\\d+us[+!#*@$]?\\s*: .*"),
                    "this is the latency format: echo nolatency-format > trace_options",
                    Pattern.compile("\\s*\\d+\\)\\s.*[|].*"),
                    "this is of the function graph tracer: echo nop > current_tracer",
                    Pattern.compile(".*-\\d+ .*\\[\\d+] .* \\d+: \\w+: .*"),
                    "its times are no seconds: echo mono > trace_clock",
                    Pattern.compile(".*\\s\\d+\\s+\\d+\\.\\d{6}(?:\\d{3})?:\\s.*sched_.*"),
                    "its lines name no CPU: perf record -a, or perf script -F +cpu");

    /** How Chrome's, Perfetto's and our own form for them begins. */
    private static final Pattern JSON = Pattern.compile("\\s*[{\\[]\\s*($|[\"{])");

    static final String IN_JSON =
            "this is a trace in JSON, which ui.perfetto.dev shows; one is read here in the text form"
                    + " of the kernel's tracefs, as %record writes it";

    private static final Map<String, String> BINARY_FORMS =
            Map.of(
                    "\u0017\u0008Dtra",
                    "this is trace-cmd's own form: trace-cmd report FILE > load.trace",
                    "PERFILE2",
                    "this is perf's own form: perf script -i FILE > load.trace",
                    "\u001f\u008b",
                    "this is compressed: gunzip it first",
                    "\u0028\u00b5\u002f\u00fd",
                    "this is compressed: unzstd it first",
                    "PK\u0003\u0004",
                    "this is a ZIP archive: unzip it first");

    /** The beginning of what Android's systrace writes, and where the trace is in it. */
    private static final String HTML = "<";

    private static final Pattern HTML_BEGIN = Pattern.compile(".*class=[\"']trace-data[\"'][^>]*>");
    private static final String HTML_END = "</script>";

    private static final String ESCAPED_ARROW = "==&gt;";

    private static final int MAX_EVENTS = 2_000_000;
    private static final int MAX_TASKS = 100_000;
    private static final int LONGEST_LINE = 160;

    /** A name of a task has a line break in it only if a program chose it: TASK_COMM_LEN. */
    private static final int LONGEST_BROKEN_NAME = 15;

    /** How many lines of a tool's own may stand before the first event. */
    private static final int LONGEST_HEAD = 100;

    /** Says that an interrupt was being served; at which place differs between kernels. */
    private static final Pattern IN_INTERRUPT = Pattern.compile(".*[hHszZ].*");

    /** Decimal, or with letters or a prefix. */
    private static final Pattern STATE_NUMBER =
            Pattern.compile("(?<decimal>\\d{1,9})|(?:0x)?(?=\\D*\\d)(?<hex>\\p{XDigit}{1,9})");

    /** A state by its number: which bits it may have, and those of a task that has ended. */
    private static final int STATES = 0xff;

    private static final int ENDED = 0x30;

    private static final long NS_PER_S = 1_000_000_000;

    private final String name;
    private final BufferedReader lines;
    private final Set<Integer> roots = new LinkedHashSet<>();
    private final List<Event> events = new ArrayList<>();
    private final List<FormatException> gaps = new ArrayList<>();
    private final Map<String, String> comms = new HashMap<>();
    private final Set<Integer> pids = new HashSet<>();
    private final Map<Integer, Integer> tgids = new HashMap<>();
    private int nrForks;
    private int nr;
    private String ahead;
    private boolean escaped;
    private boolean cut;
    private long last;

    SchedTraceReader(String name, Reader in) {
        this.name = name;
        this.lines = new BufferedReader(in);
    }

    /** Refuses by its name what is no text. */
    static void refuseBinary(String name, InputStream in) throws IOException, FormatException {
        in.mark(16);
        String begin = new String(in.readNBytes(8), ISO_8859_1);
        in.reset();
        for (var form : BINARY_FORMS.entrySet()) {
            if (begin.startsWith(form.getKey())) {
                throw new FormatException(name, 1, form.getValue());
            }
        }
        if (begin.indexOf('\0') >= 0) {
            throw new FormatException(
                    name,
                    1,
                    "this is no text; a trace is read in the form of the kernel's tracefs");
        }
    }

    SchedTrace read() throws IOException, FormatException {
        boolean inMarker = false;
        boolean html = false;
        FormatException head = null;
        for (String line; (line = next()) != null; ) {
            if (nr == 1 && line.startsWith(HTML) || html && line.startsWith(HTML_END)) {
                if (!events.isEmpty()) {
                    break;
                }
                html = true;
                skipToTrace(line);
                continue;
            }
            int first = nr;
            Matcher matcher = match(line);
            if (matcher == null) {
                if (isGap(line) || inMarker || PASSED_OVER.matcher(line).matches()) {
                    continue;
                }
                if (nr == 1 && JSON.matcher(line).lookingAt()) {
                    throw new FormatException(name, 1, IN_JSON);
                }
                matcher = matchOfTwo(line);
                if (matcher == null && events.isEmpty() && (html || nr <= LONGEST_HEAD)) {
                    head = head == null ? malformed(line) : head;
                    continue;
                }
                if (matcher == null && isCut(line)) {
                    cut = true;
                    continue;
                }
                if (matcher == null) {
                    throw head == null ? malformed(line) : head;
                }
                next();
            }
            String event = matcher.group("event");
            long time = time(matcher, first);
            inMarker = event != null && MARKERS.contains(event);
            if (inMarker) {
                mark(matcher.group("text"));
            } else if (event != null
                    && (event.startsWith("sched_") || event.startsWith(SchedTrace.OWN))) {
                add(event, matcher, time, first, line);
            }
        }
        if (events.isEmpty() && gaps.isEmpty()) {
            throw head != null
                    ? head
                    : new FormatException(
                            name, Math.max(nr, 1), "there are no scheduling events in it");
        }
        return new SchedTrace(
                cut ? name + " (its last line is cut off and left out)" : name,
                roots,
                Map.copyOf(tgids),
                List.copyOf(events),
                List.copyOf(gaps));
    }

    /** Goes on to the next trace of a page; what stands on the line before it is not of it. */
    private void skipToTrace(String line) throws IOException {
        for (String each = line; each != null; each = next()) {
            Matcher begin = HTML_BEGIN.matcher(each);
            if (begin.lookingAt()) {
                ahead = each.substring(begin.end());
                nr--;
                return;
            }
        }
    }

    /** Returns whether a line is the last, and the beginning of an event: the tool was stopped. */
    private boolean isCut(String line) {
        Matcher matcher = FTRACE.matcher(line);
        return !events.isEmpty()
                && ahead == null
                && !matcher.matches()
                && matcher.hitEnd()
                && WHOSE.matcher(line).lookingAt();
    }

    private String next() throws IOException {
        String line = ahead == null ? lines.readLine() : ahead;
        ahead = null;
        nr += line == null ? 0 : 1;
        if (line == null) {
            return null;
        }
        String text = nr == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line;
        return text.contains(ESCAPED_ARROW) || escaped && text.indexOf('&') >= 0
                ? unescaped(text)
                : text;
    }

    /** Pages have traces in them that are escaped as their own text is. */
    private String unescaped(String line) {
        escaped = true;
        return line.replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&amp;", "&");
    }

    /**
     * Puts a line together with the one behind it, which it may have been parted from by a name.
     */
    private String joined(String line) throws IOException {
        if (ahead == null) {
            ahead = lines.readLine();
        }
        return ahead == null ? line : line + "\n" + ahead;
    }

    private boolean isGap(String line) {
        if (line.startsWith("#")) {
            Matcher entries = ENTRIES.matcher(line);
            if (entries.matches() && !entries.group(1).equals(entries.group(2))) {
                gap(
                        "the kernel kept %s of %s events: record something shorter"
                                .formatted(entries.group(1), entries.group(2)));
            }
            return true;
        }
        Matcher lost = LOST.matcher(line);
        if (!lost.matches()) {
            return false;
        }
        String count = lost.group("lost") == null ? lost.group("dropped") : lost.group("lost");
        gap(
                "the kernel lost %sevents on CPU %s %s"
                        .formatted(count == null ? "" : count + " ", lost.group("cpu"), here()));
        return true;
    }

    /** Where this is in the schedule, whose time begins with the first event. */
    private String here() {
        return events.isEmpty()
                ? "at the beginning"
                : String.format(
                        Locale.ROOT, "after %,.3f ms", (last - events.getFirst().timeNs()) / 1e6);
    }

    private void gap(String reason) {
        gaps.add(new FormatException(name, nr, reason));
    }

    /** Matches a line with the one behind it, if a name of a task is what parts them. */
    private Matcher matchOfTwo(String line) throws IOException {
        Matcher matcher = match(joined(line));
        boolean isName =
                matcher != null && matcher.group(1).strip().length() <= LONGEST_BROKEN_NAME;
        return isName ? matcher : null;
    }

    private static Matcher match(String line) {
        if (line.startsWith("#")) {
            return null;
        }
        Matcher ftrace = FTRACE.matcher(line);
        if (ftrace.matches()) {
            return ftrace;
        }
        Matcher perf = PERF.matcher(line);
        return perf.matches() ? perf : null;
    }

    private FormatException malformed(String line) {
        for (var form : OTHER_FORMS.entrySet()) {
            if (form.getKey().matcher(line).matches()) {
                return new FormatException(name, nr, form.getValue());
            }
        }
        return new FormatException(
                name,
                nr,
                "this is not a line of a trace: task-pid [cpu] flags time: event: " + cut(line));
    }

    private static String cut(String line) {
        String text = line.strip();
        return text.length() <= LONGEST_LINE ? text : text.substring(0, LONGEST_LINE) + "…";
    }

    private long time(Matcher line, int nr) throws FormatException {
        String fraction = line.group("fraction");
        long ns = Long.parseLong(fraction) * (fraction.length() == 6 ? 1000 : 1);
        long time = Long.parseLong(line.group("s")) * NS_PER_S + ns;
        if (time < last) {
            throw new FormatException(name, nr, "this was before the line above it");
        }
        last = time;
        return time;
    }

    private void mark(String text) {
        String mark = text.startsWith("tracing_mark_write: ") ? text.substring(20) : text;
        if (mark.startsWith(SchedTrace.MARK)) {
            String pid = mark.substring(SchedTrace.MARK.length()).strip();
            // Whatever else somebody wrote there is no concern of this.
            if (pid.matches("[1-9]\\d{0,8}")) {
                roots.add(Integer.parseInt(pid));
            }
        }
    }

    private void add(String kind, Matcher line, long time, int first, String text)
            throws IOException, FormatException {
        List<Pattern> forms =
                switch (kind) {
                    case "sched_switch" -> SWITCH;
                    case "sched_process_fork" -> FORK;
                    case SchedTrace.INSERT, SchedTrace.INSERT + "_vtime" -> INSERT;
                    case SchedTrace.MOVE -> MOVE;
                    case SchedTrace.SLICE -> SLICE;
                    default -> WAKES.contains(kind) ? WAKING : List.of();
                };
        if (forms.isEmpty()) {
            return;
        }
        Matcher what = payload(kind, forms, line.group("text"));
        if (what == null && !events.isEmpty() && ahead == null) {
            return; // the last line, and cut off
        }
        Event event = what == null ? null : event(kind, line, what, time);
        if (event == null) {
            throw new FormatException(
                    name, first, "a %s does not look like this: %s".formatted(kind, cut(text)));
        }
        if (events.size() == MAX_EVENTS) {
            throw new FormatException(
                    name,
                    first,
                    "there are more than %,d events: record something shorter, or cut the file here"
                            .formatted(MAX_EVENTS));
        }
        events.add(event);
        if (pids.size() + nrForks > MAX_TASKS) {
            throw new FormatException(
                    name,
                    first,
                    "there are more than %,d tasks: record fewer, or cut the file here"
                            .formatted(MAX_TASKS));
        }
    }

    private Matcher payload(String kind, List<Pattern> forms, String text) throws IOException {
        String more = text;
        for (int i = 0; i < 3; i++) {
            for (Pattern form : forms) {
                Matcher matcher = form.matcher(more);
                if (matcher.matches()) {
                    return matcher;
                }
            }
            Matcher ordered = forms.getFirst().matcher(ordered(kind, more));
            if (ordered.matches()) {
                return ordered;
            }
            // A name may have a line break in it, and two names stand in a line.
            String longer = joined(more);
            if (ahead != null && FTRACE.matcher(ahead).matches()) {
                return null;
            }
            next();
            more = longer;
        }
        return null;
    }

    /** Returns the fields of an event in our order, where others have more, fewer, or another. */
    private static String ordered(String kind, String text) {
        String fields = FIELDS.getOrDefault(WAKES.contains(kind) ? "sched_waking" : kind, "");
        return FIELD.matcher(fields)
                .replaceAll(
                        field -> {
                            Matcher there = fieldOf(text, field.group(1));
                            return Matcher.quoteReplacement(
                                    field.group(1)
                                            + "="
                                            + (there.find() ? there.group(1) : field.group(2)));
                        });
    }

    private static Matcher fieldOf(String text, String name) {
        return Pattern.compile(
                        "(?:^|\\s)" + name + "=(.*?)(?=\\s+(?:==>|\\w+=)|\\s*$)", Pattern.DOTALL)
                .matcher(text);
    }

    /** Returns the event, null if a number is none. */
    private Event event(String kind, Matcher line, Matcher what, long time) {
        try {
            int pid = Integer.parseInt(line.group("pid"));
            String tgid = line.group("tgid");
            if (tgid != null && !tgid.contains("-")) {
                tgids.put(pid, Integer.parseInt(tgid.strip()));
            }
            int cpu = Integer.parseInt(line.group("cpu"));
            return switch (kind) {
                case "sched_switch" ->
                        new Switch(
                                time,
                                cpu,
                                task(what.group(2)),
                                comm(what.group(1)),
                                state(what.group(4)),
                                task(what.group(6)),
                                comm(what.group(5)),
                                Integer.parseInt(what.group(7)));
                case "sched_process_fork" -> {
                    nrForks++;
                    yield new Fork(time, cpu, pid, Integer.parseInt(what.group(1)));
                }
                case SchedTrace.INSERT, SchedTrace.INSERT + "_vtime" ->
                        new Insert(
                                time,
                                cpu,
                                Integer.parseInt(what.group(1)),
                                Long.parseUnsignedLong(what.group(2), 16),
                                Long.parseUnsignedLong(what.group(3)),
                                what.group(4) != null,
                                what.group(4) == null ? 0 : Long.parseLong(what.group(4)));
                case SchedTrace.MOVE ->
                        new Move(
                                time,
                                cpu,
                                Integer.parseInt(what.group(1)),
                                Long.parseUnsignedLong(what.group(2), 16));
                case SchedTrace.SLICE ->
                        new Slice(time, cpu, Long.parseUnsignedLong(what.group(1)));
                default ->
                        new Waking(
                                time,
                                cpu,
                                isInterrupt(line.group("flags")) ? 0 : pid,
                                task(what.group(1)),
                                !kind.equals("sched_waking"));
            };
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isInterrupt(String flags) {
        return flags != null && IN_INTERRUPT.matcher(flags).matches();
    }

    /**
     * Returns the letter of a state, which tools that do not know the letters print as a number.
     */
    private static char state(String state) {
        Matcher number = STATE_NUMBER.matcher(state);
        if (!number.matches()) {
            return state.charAt(0);
        }
        String decimal = number.group("decimal");
        long bits =
                decimal == null ? Long.parseLong(number.group("hex"), 16) : Long.parseLong(decimal);
        return (bits & STATES) == 0 ? 'R' : (bits & ENDED) != 0 ? 'X' : 'S';
    }

    private int task(String number) {
        int pid = Integer.parseInt(number);
        pids.add(pid);
        return pid;
    }

    /** The same names come again and again. */
    private String comm(String name) {
        return comms.computeIfAbsent(name, same -> same);
    }
}
