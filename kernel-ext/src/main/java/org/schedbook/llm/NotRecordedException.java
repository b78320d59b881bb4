package org.schedbook.llm;

/** There is no recorded answer to a request, and no model that could be asked. */
public final class NotRecordedException extends ModelException {

    private static final long serialVersionUID = 1L;

    NotRecordedException() {
        super(
                "No model endpoint is configured, and there is no recorded answer to exactly this"
                        + " prompt.",
                "Set OPENAI_API_KEY (and OPENAI_BASE_URL for another endpoint than OpenAI's), name a"
                        + " model with OPENAI_MODEL or --model, and restart the kernel.",
                "");
    }
}
