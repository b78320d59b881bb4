package org.schedbook.magic;

import org.schedbook.course.Answer;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code %%answer NAME}: keeps an answer to a question of a lab. */
@Command(
        description = {
            "Keeps your answer to a question: a number, a word, or a load.",
            "",
            "The cell holds one number, such as 12.5, or one word, or a load as rt-app writes it,"
                    + " in braces; nothing in it is evaluated. Lines that begin with // are comments.",
            ""
        },
        footer = {"Examples:", "  %%answer mean-turnaround", "  43.5"})
final class AnswerMagic implements Magic {

    @Parameters(paramLabel = "NAME", description = "The question that it answers.")
    private String name;

    private final Session session;

    AnswerMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        if (Answer.isOpen(call.body())) {
            session.withdraw(name);
            call.show("%s is open: write your answer in place of the ?.".formatted(name));
            return null; // no error, for a notebook is to run to its end before all is answered
        }
        Answer answer;
        try {
            answer = Answer.of(name, call.body());
        } catch (IllegalArgumentException e) {
            session.withdraw(name);
            throw new CellError("%s is not answered: %s.".formatted(name, e.getMessage()))
                    .next("Write it below the first line, and run the cell again.");
        }
        session.answer(answer);
        call.show("%s: %s".formatted(answer.name(), answer.text()));
        return null;
    }
}
