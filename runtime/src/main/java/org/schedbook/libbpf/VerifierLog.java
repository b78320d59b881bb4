package org.schedbook.libbpf;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
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

    private static final ThreadLocal<StringBuilder> words =
            ThreadLocal.withInitial(StringBuilder::new);

    private VerifierLog() {}

    /** Makes libbpf print here instead of to stderr. */
    static void install() {
        libbpf_h.libbpf_set_print(libbpf_print_fn_t.allocate(VerifierLog::print, Arena.global()));
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

    /** Returns what libbpf said on this thread since the last call. */
    static String take() {
        StringBuilder log = words.get();
        String all = log.toString();
        log.setLength(0);
        return all;
    }
}
