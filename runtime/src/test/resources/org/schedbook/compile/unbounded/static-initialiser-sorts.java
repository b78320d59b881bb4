// a static initialiser sorts by a comparison that never ends
public class P extends Policy {
    static final List<Integer> L = new ArrayList<>(List.of(2, 1));
    static { L.sort((a, b) -> { for (;;) if (a.equals(7)) return 0; }); }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
