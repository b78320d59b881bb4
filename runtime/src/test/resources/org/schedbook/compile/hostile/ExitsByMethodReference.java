// Calls exit through a functional interface. Rule: process
import java.util.function.*;

public class Hostile extends Policy {
    private final IntConsumer exit = System::exit; // here

    public void enqueue(Task task, long enqFlags) {
        exit.accept(1);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
