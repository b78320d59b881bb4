package org.schedbook.llm;

import java.util.List;
import java.util.function.Consumer;

/** Something that completes a chat. */
public interface Model {

    /** Returns the name it is asked for by. */
    String name();

    /** Returns where it is, without any key. */
    String place();

    /** Returns how it is to answer. */
    Sampling sampling();

    /**
     * Asks for an answer and waits for all of it. An interrupt cancels the request at once.
     *
     * @param onText is given the answer piece by piece, on the calling thread
     * @throws ModelException if there is no answer, or only a part
     */
    Completion complete(List<ChatMessage> messages, Consumer<String> onText)
            throws ModelException, InterruptedException;

    /**
     * Asks as the other does.
     *
     * @param onWait is told, on the calling thread, why there is no answer yet
     */
    default Completion complete(
            List<ChatMessage> messages, Consumer<String> onText, Consumer<String> onWait)
            throws ModelException, InterruptedException {
        return complete(messages, onText);
    }
}
