// a callback takes memory without end, whatever it is told
public class P extends Policy {
    List<Object> l = new ArrayList<>();
    public void enqueue(Task task, long enqFlags) {
        while (task != null) try { l.add(new long[8000]); } catch (Throwable t) { l.size(); }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
