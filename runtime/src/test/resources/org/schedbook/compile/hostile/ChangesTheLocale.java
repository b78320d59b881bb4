// Changes a setting of the whole JVM. Rule: unlisted
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Locale.setDefault(Locale.ROOT); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
