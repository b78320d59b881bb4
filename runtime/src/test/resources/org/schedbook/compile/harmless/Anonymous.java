// Anonymous classes that are collections and comparators, caches with a bound, iterators.
public class Anonymous extends Policy {
    private final Map<Task, Long> recent =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Task, Long> eldest) {
                    return size() > 128;
                }
            };

    private final TreeSet<Task> order =
            new TreeSet<>(
                    new Comparator<Task>() {
                        @Override
                        public int compare(Task a, Task b) {
                            int byTime = Long.compareUnsigned(a.vtime(), b.vtime());
                            return byTime != 0 ? byTime : Integer.compare(a.pid(), b.pid());
                        }
                    });

    public void enqueue(Task task, long enqFlags) {
        recent.put(task, nowNs());
        order.add(task);
    }

    public void dispatch(int cpu, Task prev) {
        Task first = order.pollFirst();
        if (first == null) {
            return;
        }
        for (Map.Entry<Task, Long> entry : List.copyOf(recent.entrySet())) {
            if (nowNs() - entry.getValue() > 1_000_000_000L) {
                recent.remove(entry.getKey());
            }
        }
        insert(first, Dsq.LOCAL, SLICE_DFL_NS, 0);
        kick(cpu, Kick.PREEMPT);
    }

    public void exit(ExitInfo info) {
        recent.clear();
        if (info.isError() && info.reason().startsWith("runnable")) {
            order.clear();
        }
    }
}
