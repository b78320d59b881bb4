// gets 0; is told: loop that does not end
public class Loops extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {
        while (task.pid() > 0) {}
    }
}
