// Makes itself the scheduler of the machine. Rule: api
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var host = new org.schedbook.target.host.HostTarget(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
