// What generated classes do in equals and hashCode, instanceof patterns, null checks, arrays.
public class Equality extends Policy {
    static class Key {
        private final int[] ids;
        private final String name;

        Key(String name, int... ids) {
            this.name = Objects.requireNonNull(name, "name");
            this.ids = ids.clone();
        }

        @Override
        public boolean equals(Object o) {
            if (o == null || getClass() != o.getClass()) {
                return false;
            }
            return o instanceof Key k && name.equals(k.name) && Arrays.equals(ids, k.ids);
        }

        @Override
        public int hashCode() {
            return 31 * Objects.hash(name) + Arrays.hashCode(ids);
        }

        @Override
        public String toString() {
            return getClass().getSimpleName() + Arrays.toString(ids) + super.toString();
        }
    }

    private final Map<Key, Integer> counts = new HashMap<>();
    private long[][] table = new long[8][16];

    public void enqueue(Task task, long enqFlags) {
        int n = counts.compute(new Key("k", task.tgid(), task.cpu()), (k, v) -> v == null ? 1 : v + 1);
        long[] row = table[n & 7];
        System.arraycopy(row, 0, row, 1, row.length - 1);
        row[0] = task.ranNs();
        insert(task, Dsq.GLOBAL, 1_000_000 + Arrays.stream(row).sum() % 1000, enqFlags);
    }
}
