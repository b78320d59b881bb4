// a field's first value is never there
public class P extends Policy {
    final int n = count();
    int count() {
        int i = 0;
        while (i >= 0) i = (i + 1) & 1023;
        return i;
    }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
