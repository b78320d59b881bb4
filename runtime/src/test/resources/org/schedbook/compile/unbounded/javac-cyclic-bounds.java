// javac: a type whose bound is about itself
public class P extends Policy {
    interface N<T> {}
    interface C<X> extends N<N<? super C<C<X>>>> {}
    void f(C<Byte> c) { N<? super C<Byte>> n = c; }
    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
