// Takes the private field behind the verbs. Rule: reflection
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            var scx = Policy.class.getDeclaredField("scx"); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
