// Nested and inner generic classes, bounded types, an iterator of its own.
public class NestedGenerics extends Policy {
    static class Ring<T extends Comparable<? super T>> implements Iterable<T> {
        private final Deque<T> items = new LinkedList<>();

        class Cursor implements Iterator<T> {
            private final Iterator<T> inner = items.descendingIterator();

            public boolean hasNext() {
                return inner.hasNext();
            }

            public T next() {
                return inner.next();
            }
        }

        public Iterator<T> iterator() {
            return new Cursor();
        }

        void add(T item) {
            if (items.size() == 16) {
                items.removeFirst();
            }
            items.addLast(item);
        }

        Optional<T> max() {
            T best = null;
            for (T item : this) {
                best = best == null || item.compareTo(best) > 0 ? item : best;
            }
            return Optional.ofNullable(best);
        }
    }

    private final Map<Integer, Map<Boolean, Ring<Long>>> history = new LinkedHashMap<>();

    public void enqueue(Task task, long enqFlags) {
        Ring<Long> ring =
                history.computeIfAbsent(task.cpu(), cpu -> new HashMap<>())
                        .computeIfAbsent(task.weight() > 100, heavy -> new Ring<>());
        ring.add(task.ranNs());
        insert(task, Dsq.GLOBAL, Math.max(1, ring.max().orElse(SLICE_DFL_NS)), enqFlags);
    }
}
