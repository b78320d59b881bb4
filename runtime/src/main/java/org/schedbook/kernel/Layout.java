package org.schedbook.kernel;

import java.util.List;

/**
 * What of a translated policy is found where: its fields in Java, and what stands for them in the
 * object.
 *
 * @param scalars numbers, each a variable of the object
 * @param arrays of numbers, each a map
 * @param tables fields of the constants of enums, each a map
 * @param storages per-task state, each a map and a variable with what a new task starts with
 * @param queues of tasks, each a variable with the number of its first DSQ
 * @param maps each a map, and if its values are objects a variable with what a new one starts with
 * @param selectCpu whether the policy chooses CPUs
 * @param thrown what each {@code throw} of the policy throws, as {@code Throwable.toString()} has
 *     it
 */
public record Layout(
        List<Scalar> scalars,
        List<Array> arrays,
        List<Array> tables,
        List<Storage> storages,
        List<Queue> queues,
        List<Dictionary> maps,
        boolean selectCpu,
        List<String> thrown) {

    /**
     * A field of the policy.
     *
     * @param owner binary name of the class that declares it
     */
    public record Field(String owner, String name) {}

    /**
     * A number, or an object that is one in C: an atomic one, a constant of an enum by its ordinal,
     * a {@code BitSet}, a {@code Random} by its seed.
     *
     * @param type the descriptor of the number, such as {@code J}
     */
    public record Scalar(Field field, String symbol, char type) {}

    /** Of numbers or of constants of an enum. */
    public record Array(Field field, String symbol, char element) {}

    public record Storage(Field field, String symbol, List<Member> members) {}

    /** A field of the state of a task, in the order of the C structure. */
    public record Member(String name, char type) {}

    /**
     * @param many whether it is an array or a list of queues
     */
    public record Queue(Field field, String symbol, boolean many) {}

    /**
     * @param value binary name of the class of its values, empty if they are numbers
     * @param members of such a value
     */
    public record Dictionary(Field field, String symbol, String value, List<Member> members) {}
}
