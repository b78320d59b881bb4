// Loads a class by its name. Rule: reflection
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            Class.forName("java.lang.Shutdown"); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
