// gets 0; is told: has to be inserted
public class Forgets extends Policy {

    @Override
    public void enqueue(Task task, long enqFlags) {}
}
