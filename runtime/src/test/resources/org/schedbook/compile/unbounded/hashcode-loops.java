// what a set asks never answers
public class P extends Policy {
    record K(int i) {
        public int hashCode() { for (;;) if (i == -7) return 1; }
    }
    Set<K> m = new HashSet<>();
    public void enqueue(Task task, long enqFlags) {
        m.add(new K(task.pid()));
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
