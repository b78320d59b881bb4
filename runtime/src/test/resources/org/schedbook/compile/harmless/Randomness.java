public class Randomness extends Policy {
    private final SplittableRandom random = new SplittableRandom(7);
    private final SplittableRandom other = random.split();
    private final Deque<Task> queue = new ArrayDeque<>();
    private final Stack<Integer> stack = new Stack<>();
    private final Map<Integer, String> names = new Hashtable<>();

    @Override
    public void enqueue(Task t, long flags) {
        long slice = random.nextLong(1_000_000, 4_000_000) + other.nextInt(10);
        if (random.nextBoolean() && random.nextDouble() < .5) {
            stack.push(other.ints(1, 0, 4).findFirst().getAsInt());
        }
        names.put(t.pid(), String.format(Locale.ROOT, "%d", slice).replaceAll("0+$", ""));
        if (stack.size() > 8) {
            stack.clear();
        }
        insert(t, Dsq.GLOBAL, slice, flags);
    }
}
