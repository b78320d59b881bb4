// what a map asks never answers
public class P extends Policy {
    record K(int i) {
        public int hashCode() { return 1; }
        public boolean equals(Object o) { for (;;) if (o == null) return true; }
    }
    Map<K, Integer> m = new HashMap<>();
    public void enqueue(Task task, long enqFlags) {
        m.put(new K(task.pid()), 1);
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
