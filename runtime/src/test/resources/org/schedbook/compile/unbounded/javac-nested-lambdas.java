// javac: lambdas in lambdas, each tried against each overload
public class P extends Policy {
    interface F<T> { T go(); }
    interface G { int go(); }
    <T> T m(F<T> f) { return f.go(); }
    int m(G g) { return g.go(); }
    int x() { return m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> m(() -> 1)))))))))))); }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
