// Exceptions of its own, caught, wrapped, with finally and try with resources.
public class Exceptions extends Policy {
    static class NoRoom extends RuntimeException {
        private static final long serialVersionUID = 1;
        final int cpu;

        NoRoom(int cpu, Throwable cause) {
            super("no room on " + cpu, cause);
            this.cpu = cpu;
        }
    }

    record Span(Exceptions policy) implements AutoCloseable {
        public void close() {
            policy.depth--;
        }
    }

    private int depth;
    private String lastError = "";

    private int place(Task task) {
        try (Span span = new Span(this)) {
            depth++;
            int cpu = pickIdleCpu(task);
            return Objects.checkIndex(cpu, topology().nrCpus());
        } catch (IndexOutOfBoundsException | ArithmeticException e) {
            throw new NoRoom(task.cpu(), e);
        } finally {
            depth = Math.max(0, depth);
        }
    }

    public void enqueue(Task task, long enqFlags) {
        long dsq = Dsq.GLOBAL;
        try {
            dsq = Dsq.localOn(place(task));
        } catch (NoRoom e) {
            lastError = e.getMessage() + " " + e.getCause() + " " + e.cpu;
        } catch (PolicyException e) {
            lastError = e.toString();
        }
        insert(task, dsq, SLICE_DFL_NS, enqFlags);
    }
}
