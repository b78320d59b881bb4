// Lambdas that capture, functional interfaces of its own, currying, varargs.
import java.util.function.*;

public class Lambdas extends Policy {
    @FunctionalInterface
    interface Score {
        long of(Task task);

        default Score plus(Score other) {
            return task -> of(task) + other.of(task);
        }
    }

    @SafeVarargs
    private static <T> long count(Predicate<? super T> wanted, T... values) {
        long n = 0;
        for (T value : values) {
            n += wanted.test(value) ? 1 : 0;
        }
        return n;
    }

    private final Score score = ((Score) Task::weight).plus(Task::ranNs);
    private final Function<Long, LongUnaryOperator> scale = by -> x -> x * by / 100;
    private final Supplier<long[]> counters = () -> new long[8];
    private final IntFunction<Task[]> tasks = Task[]::new;
    private final TaskStorage<long[]> state = taskStorage(counters);

    public void enqueue(Task task, long enqFlags) {
        long[] mine = state.get(task);
        mine[0]++;
        BiConsumer<Long, Long> put = (dsq, slice) -> insert(task, dsq, slice, enqFlags);
        long vip = count(t -> t.weight() > 100, task, task);
        put.accept(Dsq.GLOBAL, 1 + scale.apply(vip).applyAsLong(score.of(task)));
        Task[] none = tasks.apply(0).clone();
    }
}
