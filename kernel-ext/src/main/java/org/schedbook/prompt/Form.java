package org.schedbook.prompt;

import java.util.Map;

/** What a model is asked to write. */
public enum Form {
    /** A policy in Java. */
    JAVA("system.md", "user.md"),

    /** A policy in Java that can also be translated for the kernel. */
    IN_KERNEL("system.md", "user.md"),

    /** A policy in C, as a {@code %%bpf} cell has it. */
    BPF("system-bpf.md", "user-bpf.md");

    private static final String SUBSET = "in-kernel.md";

    private final String system;
    private final String user;

    Form(String system, String user) {
        this.system = system;
        this.user = user;
    }

    /** Returns what is said first. */
    String system(PromptTexts texts) {
        return with(texts, system);
    }

    /** Returns a text, followed by what else holds of a policy that is to decide in the kernel. */
    String with(PromptTexts texts, String name) {
        String text = texts.fill(name, Map.of());
        return this == IN_KERNEL ? text.strip() + "\n\n" + texts.fill(SUBSET, Map.of()) : text;
    }

    /**
     * Returns the name of the text that tells a model what was wrong with its answer.
     *
     * @param cutOff whether it was wrong for being cut off
     */
    String repair(Gate gate, boolean cutOff) {
        if (this == BPF) {
            return Gates.repairText(cutOff ? "bpf-length" : "bpf");
        }
        return cutOff ? Gates.repairText("length") : gate.repairText();
    }

    /** Returns the name of the text with the person's words. */
    String user() {
        return user;
    }
}
