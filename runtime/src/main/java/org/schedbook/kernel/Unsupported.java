package org.schedbook.kernel;

/** What a policy may not use if it is to run in the kernel; the names are stable. */
enum Unsupported {
    NO_FLOATING_POINT(
            "the kernel has no floating point: keep parts per thousand in a long, or shift"),
    NO_STRINGS("the kernel has no strings: use a number, such as a constant for each case"),
    NO_EXCEPTIONS("nothing is caught in the kernel: test for it before, with an if"),
    NO_LAMBDA("a function cannot be passed on: write the loop"),
    NO_OBJECTS(
            "the kernel has no heap: keep numbers in fields, and what belongs to a task in the"
                    + " class of a TaskStorage"),
    STATE_HAS_OTHERS("the state of a task is made of numbers and booleans: keep others elsewhere"),
    RECURSION("a method cannot call itself, directly or not: write a loop"),
    ARRAY_LATE("an array cannot be made in a callback: make it in a field or in init()"),
    ARRAY_ALIAS(
            "an array of numbers is used by the name of its field: it cannot be passed on, stored"
                    + " or compared"),
    ARRAY_OF_ARRAYS("an array of arrays: use one array, and compute the index"),
    CREATE_LATE("createDsq is possible only in init()"),
    MOVE_EARLY(
            "a task that was kept can be taken and handed out only in dispatch(); let enqueue() keep"
                    + " or insert the task it is called for"),
    INSERT_EARLY(
            "a task can be inserted only in selectCpu() and enqueue(), or in dispatch() if it was"
                    + " kept"),
    LATE_VALUE("topology() is known in init(): keep what a callback needs in a field"),
    MIXED_DSQ(
            "with both insert and insertVtime, the DSQs must be constants, one kind each: name them"
                    + " in static final fields"),
    ONE_KEY("a queue of tasks is sorted by one number only: use insertVtime into a DSQ"),
    NO_MAP(
            "of a map in a field, from a number, a task or an enum to a number or an object of the"
                    + " policy's own, these are translated: get, getOrDefault, containsKey, put,"
                    + " putIfAbsent, merge, computeIfAbsent and remove"),
    NO_LIBRARY("this method of the library is not translated"),
    QUEUE_METHOD(
            "of a queue of tasks these are translated: add, addFirst, poll, peek, remove, contains,"
                    + " size, isEmpty and the loop over all"),
    QUEUE_ALIAS(
            "a queue of tasks is used by the name of its field: it cannot be passed on or stored"),
    TASK_FIELD("a task cannot be kept in a field: keep it in an ArrayDeque, or its pid"),
    DEQUEUE_DOES_MORE(
            "the kernel takes a task out of its queue by itself and does not tell: in dequeue()"
                    + " only queue.remove(task) is possible"),
    LATE_FIELD("an object that the kernel does not know: set it in init() and use numbers after"),
    NO_ENUM(
            "of an enum these are translated: comparisons, switch, ordinal(), values(), and fields"
                    + " and methods that all its constants have"),
    NO_PATTERNS("patterns are not translated: use numbers and if"),
    STATEMENT("this is not translated");

    private final String advice;

    Unsupported(String advice) {
        this.advice = advice;
    }

    /** Returns the name that documentation and tests use, such as {@code no-strings}. */
    String label() {
        return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    /** Returns a sentence for the person at the cell. */
    String message(String what) {
        return "%s: %s. [%s] %%attach without --in-kernel runs it as it is"
                .formatted(what, advice, label());
    }
}
