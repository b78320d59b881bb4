// gets 0; is told: line 8
public class Throws extends Policy {

    private int[] levels;

    @Override
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_INF_NS, enqFlags + levels[0]);
    }
}
