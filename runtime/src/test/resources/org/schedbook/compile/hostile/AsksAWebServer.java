// Sends what it saw to a server. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        var client = java.net.http.HttpClient.newHttpClient(); // here
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
