package org.schedbook.libbpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.bpf.libbpf_h;
import org.schedbook.bpf.libbpf_print_fn_t;
import org.schedbook.posix.Posix;

/**
 * What libbpf has to say while it opens, loads and attaches an object. When the kernel's verifier
 * rejects a program, its log is in here.
 *
 * <p>libbpf has one print function for the process and calls it on the thread that called libbpf,
 * so each thread gathers its own words.
 */
final class VerifierLog {

    /** The verifier explains itself at the end, so the end is kept. */
    private static final int MAX_CHARS = 1 << 18;

    private static final int LIBBPF_INFO = 1;

    private static final Pattern SOURCE_LINE =
            Pattern.compile("^; (.*?)(?: @ (\\S+:\\d+))?$", Pattern.MULTILINE);

    private static final ThreadLocal<StringBuilder> words =
            ThreadLocal.withInitial(StringBuilder::new);

    private VerifierLog() {}

    private static final MemorySegment PRINT =
            libbpf_print_fn_t.allocate(VerifierLog::print, Arena.global());

    /** Makes libbpf print here instead of to stderr, or nowhere. */
    static void listen(boolean listening) {
        libbpf_h.libbpf_set_print(listening ? PRINT : MemorySegment.NULL);
    }

    private static int print(int level, MemorySegment format, MemorySegment args) {
        if (level > LIBBPF_INFO) {
            return 0;
        }
        // An exception here would end the virtual machine: there is C code above.
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment buffer = arena.allocate(MAX_CHARS);
            int length = Posix.get().vsnprintf(buffer, format, args);
            StringBuilder log = words.get().append(buffer.getString(0));
            if (log.length() > MAX_CHARS) {
                log.delete(0, log.length() - MAX_CHARS);
            }
            return length;
        } catch (RuntimeException e) {
            return 0;
        }
    }

    /**
     * Returns the line of the program's source that the verifier stopped at, such as {@code at
     * schedbook.bpf.c:123: return value[1];}, empty if the log has none. The verifier writes the
     * line before the first instruction that was made from it; kernels before 6.10 leave out where
     * it is.
     */
    static String failingLine(String log) {
        int begin = log.lastIndexOf("BEGIN PROG LOAD LOG");
        Matcher line = SOURCE_LINE.matcher(log).region(Math.max(begin, 0), log.length());
        String last = "";
        while (begin >= 0 && line.find()) {
            String place = line.group(2) == null ? "" : line.group(2) + ": ";
            last = "at " + place + line.group(1);
        }
        return last;
    }

    /** Returns what libbpf said on this thread since the last call. */
    static String take() {
        StringBuilder log = words.get();
        String all = log.toString();
        log.setLength(0);
        return all;
    }
}
