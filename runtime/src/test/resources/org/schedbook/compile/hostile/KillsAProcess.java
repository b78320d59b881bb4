// Kills the process of a task it wants out of the way. Rule: process
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        ProcessHandle.of(task.pid()).ifPresent(ProcessHandle::destroy); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
