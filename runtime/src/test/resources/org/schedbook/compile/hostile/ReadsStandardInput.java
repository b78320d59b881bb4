// Waits for input. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        int n = new Scanner(System.in).nextInt(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
