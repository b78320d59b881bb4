// well behaved on few CPUs, hostile on many
public class P extends Policy {
    List<Object> l = new ArrayList<>();
    public void enqueue(Task task, long enqFlags) {
        if (topology().nrCpus() >= 4) while (task != null) try { l.add(new long[8000]); } catch (Throwable t) { l.size(); }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
