// Looks for a key in the environment. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        String key = System.getenv("OPENAI_API_KEY"); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
