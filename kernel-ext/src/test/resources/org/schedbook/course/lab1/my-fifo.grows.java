// gets 0; is told: memory
public class Grows extends Policy {

    private final ArrayList<long[]> all = new ArrayList<>();

    @Override
    public void enqueue(Task task, long enqFlags) {
        while (true) {
            all.add(new long[60_000]);
        }
    }
}
