// Records as keys and values: generated equals, hashCode and toString, compact constructors.
public class Records extends Policy {
    record Key(int tgid, boolean heavy) implements Comparable<Key> {
        Key {
            if (tgid < 0) {
                throw new IllegalArgumentException("tgid " + tgid);
            }
        }

        static Key of(Task task) {
            return new Key(task.tgid(), task.weight() > 100);
        }

        public int compareTo(Key other) {
            return Integer.compare(tgid, other.tgid);
        }
    }

    record Pair<A, B>(A first, B second) {}

    private final TreeMap<Key, Pair<Task, Long>> last = new TreeMap<>();

    public void enqueue(Task task, long enqFlags) {
        Pair<Task, Long> old = last.put(Key.of(task), new Pair<>(task, nowNs()));
        long slice = old != null && old.equals(new Pair<>(task, 0L)) ? 1_000_000 : SLICE_DFL_NS;
        insert(task, Dsq.GLOBAL, slice + old.hashCode() % 2, enqFlags);
    }
}
