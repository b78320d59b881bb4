// Reads the password file. Rule: io
public class Hostile extends Policy {
    public void enqueue(Task task, long enqFlags) {
        try {
            java.nio.file.Files.readString(java.nio.file.Path.of("/etc/passwd")); // here
        } catch (Exception e) {
        }
        insert(task, Dsq.GLOBAL, SLICE_DFL_NS, enqFlags);
    }
}
