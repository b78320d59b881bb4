package org.schedbook.kernel;

import org.schedbook.bpf.wire_h;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.JavacProcess;
import org.schedbook.compile.PolicySource;
import org.schedbook.kernel.TranslateWorker.Answer;
import org.schedbook.kernel.TranslateWorker.Refused;
import org.schedbook.kernel.TranslateWorker.Translated;

/**
 * {@link Translator} in a {@link JavacProcess}: it has javac read the source. There is one such
 * process, whoever asks, from the first policy on that is to decide in the kernel.
 */
final class TranslatorProcess {

    private static final JavacProcess<PolicySource, Answer> PROCESS =
            new JavacProcess<>(TranslateWorker.class, Answer.class, wire_h.class);

    /**
     * Translates a policy that compiles.
     *
     * @throws UnsupportedException if it cannot be translated, also for the time or memory it takes
     */
    static Translation translate(PolicySource source)
            throws UnsupportedException, InterruptedException {
        try {
            return switch (PROCESS.ask(source)) {
                case Translated(Translation translation) -> translation;
                case Refused(var problems) -> throw new UnsupportedException(problems);
            };
        } catch (CompileException e) {
            throw new UnsupportedException(e.problems());
        }
    }

    private TranslatorProcess() {}
}
