// Sorts with the threads of the common pool. Rule: threads
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        Arrays.parallelSort(new long[100]); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
