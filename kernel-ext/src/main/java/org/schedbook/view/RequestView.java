package org.schedbook.view;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.Folded;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.llm.ChatMessage;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.Sampling;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.session.PromptCell;
import org.schedbook.session.Session;

/** Shows exactly what a {@code %%prompt} cell would send now, and sends nothing. */
public final class RequestView {

    /** An estimate: every model has tokens of its own. */
    private static final int CHARACTERS_A_TOKEN = 4;

    private final Map<String, String> environment;

    public RequestView(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * @param prompt the request that the cell makes now
     * @param words whose the words are
     */
    public void show(PromptCell cell, PolicyPrompt prompt, String words, MagicCall call) {
        List<ChatMessage> messages = prompt.messages();
        int characters = messages.stream().mapToInt(m -> m.content().length()).sum();
        call.show(
                new Card("What %%prompt " + cell.name() + " would send")
                        .row("words", words)
                        .row("starts from", prompt.current().name())
                        .row("answered by", answeredBy(cell.options(), messages))
                        .row(
                                "size",
                                "%,d characters, about %,d tokens"
                                        .formatted(characters, characters / CHARACTERS_A_TOKEN))
                        .row("prompt text", prompt.texts().hash().substring(0, 8)));
        for (ChatMessage message : messages) {
            call.show(new Folded(message.role(), message.content(), message == messages.getLast()));
        }
    }

    private String answeredBy(PromptCell.Options options, List<ChatMessage> messages) {
        Optional<Endpoint> endpoint = Endpoint.from(environment);
        if (endpoint.isEmpty()) {
            return Session.RECORDINGS
                    .find(messages)
                    .map(file -> "a recording: " + file)
                    .orElse("nobody: there is no model, and no recording of exactly this");
        }
        Sampling sampling = options.sampling();
        return options.model(environment).orElse("a model that is yet to be named")
                + " at "
                + endpoint.get()
                + (sampling.equals(Sampling.DEFAULT) ? "" : ", " + sampling.json());
    }
}
