// the constructor takes memory without end
public class P extends Policy {
    List<Object> l = new ArrayList<>();
    P() {
        while (l != null) l.add(new long[10_000]);
    }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
