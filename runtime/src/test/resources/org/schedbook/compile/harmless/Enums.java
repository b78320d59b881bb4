// Enums with bodies, in an EnumMap and in a switch.
public class Enums extends Policy {
    enum Kind {
        SHORT(1_000_000) {
            @Override
            long head() {
                return Enq.HEAD;
            }
        },
        LONG(20_000_000);

        final long sliceNs;

        Kind(long sliceNs) {
            this.sliceNs = sliceNs;
        }

        long head() {
            return 0;
        }

        static Kind of(Task task) {
            for (Kind kind : values()) {
                if (task.ranNs() <= kind.sliceNs) {
                    return kind;
                }
            }
            return LONG;
        }
    }

    private final EnumMap<Kind, Long> seen = new EnumMap<>(Kind.class);
    private final Set<Kind> used = EnumSet.noneOf(Kind.class);

    public void enqueue(Task task, long enqFlags) {
        Kind kind = Kind.of(task);
        used.add(kind);
        seen.merge(kind, 1L, Long::sum);
        long slice =
                switch (kind) {
                    case SHORT -> kind.sliceNs;
                    case LONG -> seen.get(kind) > 10 ? kind.sliceNs / 2 : kind.sliceNs;
                };
        insert(task, Dsq.GLOBAL, slice, enqFlags | kind.head());
    }
}
