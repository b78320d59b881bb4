// Sequential streams where they are cheap enough: once, in init.
import java.util.stream.*;

public class Streams extends Policy {
    private Map<Integer, List<Integer>> cpusByLlc;
    private int[] order;

    public void init() {
        cpusByLlc =
                topology().cpus().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Topology.Cpu::llc,
                                        TreeMap::new,
                                        Collectors.mapping(
                                                Topology.Cpu::id, Collectors.toList())));
        order =
                IntStream.range(0, topology().nrCpus())
                        .boxed()
                        .sorted(Comparator.reverseOrder())
                        .mapToInt(Integer::intValue)
                        .toArray();
        cpusByLlc.keySet().stream().filter(llc -> llc >= 0).limit(4).forEach(this::createDsq);
    }

    public void enqueue(Task task, long enqFlags) {
        OptionalInt idle = Arrays.stream(order).filter(this::isIdle).findFirst();
        long dsq = idle.isPresent() ? Dsq.localOn(idle.getAsInt()) : Dsq.GLOBAL;
        insert(task, dsq, SLICE_DFL_NS, enqFlags);
    }
}
