// Is many classes. Rule: size
public class Hostile extends Policy {
    static class C1 {}
    static class C2 {}
    static class C3 {}
    static class C4 {}
    static class C5 {}
    static class C6 {}
    static class C7 {}
    static class C8 {}
    static class C9 {}
    static class C10 {}
    static class C11 {}
    static class C12 {}
    static class C13 {}
    static class C14 {}
    static class C15 {}
    static class C16 {}
    static class C17 {}
    static class C18 {}
    static class C19 {}
    static class C20 {}
    static class C21 {}
    static class C22 {}
    static class C23 {}
    static class C24 {}
    static class C25 {}
    static class C26 {}
    static class C27 {}
    static class C28 {}
    static class C29 {}
    static class C30 {}
    static class C31 {}
    static class C32 {}

    public void enqueue(Task task, long enqFlags) {
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
