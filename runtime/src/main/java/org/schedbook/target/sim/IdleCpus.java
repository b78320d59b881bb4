package org.schedbook.target.sim;

import java.util.Arrays;
import java.util.stream.Stream;
import org.schedbook.policy.Topology;

/** The CPUs that are idle and given to nobody, as {@code kernel/sched/ext_idle.c} keeps them. */
final class IdleCpus {

    private final Cpu[] cpus;
    private final CpuMask idleCpus;
    private final CpuMask idleCores;
    private final CpuMask all;

    // By CPU: those it shares something with, itself included.
    private final CpuMask[] cores;
    private final CpuMask[] llcs;
    private final CpuMask[] nodes;

    /** The next hardware thread of the same core, the first one after the last. */
    private final int[] nextThread;

    private final boolean smt;

    IdleCpus(Cpu[] cpus) {
        this.cpus = cpus;
        this.idleCpus = new CpuMask(cpus.length);
        this.idleCores = new CpuMask(cpus.length);
        this.all = new CpuMask(cpus.length);
        for (Cpu cpu : cpus) {
            all.add(cpu.id);
            idleCpus.add(cpu.id);
            idleCores.add(cpu.id);
        }
        this.cores = shared((a, b) -> a.core() == b.core());
        this.llcs = shared((a, b) -> a.llc() == b.llc());
        this.nodes = shared((a, b) -> a.node() == b.node());
        this.nextThread = new int[cpus.length];
        Arrays.setAll(nextThread, this::findNextThread);
        this.smt = Stream.of(cpus).map(cpu -> cpu.place.core()).distinct().count() < cpus.length;
    }

    private interface Sharing {
        boolean test(Topology.Cpu a, Topology.Cpu b);
    }

    /** Returns for each CPU the mask of those it shares something with; they have it in common. */
    private CpuMask[] shared(Sharing sharing) {
        var masks = new CpuMask[cpus.length];
        for (Cpu cpu : cpus) {
            // Those that share something are mostly numbered next to each other, so look back.
            int other = cpu.id - 1;
            while (other >= 0 && !sharing.test(cpu.place, cpus[other].place)) {
                other--;
            }
            masks[cpu.id] = other >= 0 ? masks[other] : new CpuMask(cpus.length);
            masks[cpu.id].add(cpu.id);
        }
        return masks;
    }

    private int findNextThread(int cpu) {
        int next = cpu;
        do {
            next = (next + 1) % cpus.length;
        } while (!cores[cpu].has(next));
        return next;
    }

    boolean has(int cpu) {
        return idleCpus.has(cpu);
    }

    /** Returns whether a CPU that a task may use is idle. */
    boolean hasOneFor(SimTask task) {
        return idleCpus.firstIn(idleCpus, task.cpusAllowed()) >= 0;
    }

    boolean isEmpty() {
        return idleCpus.isEmpty();
    }

    /** {@code update_builtin_idle}. */
    void set(Cpu cpu, boolean idle) {
        if (idle) {
            idleCpus.add(cpu.id);
        } else {
            idleCpus.remove(cpu.id);
        }
        if (!smt) {
            return;
        }
        boolean wholeCore = idle;
        int thread = cpu.id;
        do {
            wholeCore &= idleCpus.has(thread);
            thread = nextThread[thread];
        } while (thread != cpu.id);
        do {
            if (wholeCore) {
                idleCores.add(thread);
            } else {
                idleCores.remove(thread);
            }
            thread = nextThread[thread];
        } while (thread != cpu.id);
    }

    /** {@code scx_idle_test_and_clear_cpu}. */
    private boolean take(int cpu) {
        if (!idleCpus.remove(cpu)) {
            return false;
        }
        if (smt) {
            for (int thread = cpu; idleCores.remove(thread); ) {
                thread = nextThread[thread];
            }
        }
        return true;
    }

    /**
     * {@code scx_select_cpu_dfl}: picks an idle CPU for a task, a near one if there is one, and
     * counts it busy from now on. Returns -1 if none is idle.
     */
    int pick(SimTask task, int prevCpu, long wakeFlags, Cpu waker) {
        if (idleCpus.isEmpty()) {
            return -1;
        }
        boolean prevAllowed = task.canRunOn(prevCpu);
        if (task.nrCpusAllowed() == 1) {
            return prevAllowed && take(prevCpu) ? prevCpu : -1;
        }
        if ((wakeFlags & Kernel.WAKE_SYNC) != 0 && waker != null) {
            boolean sameCache = waker.place.llc() == cpus[prevCpu].place.llc();
            if (prevAllowed && sameCache && take(prevCpu)) {
                return prevCpu;
            }
            if (waker.local.size() == 0 && !idleCpus.isEmpty() && task.canRunOn(waker.id)) {
                return waker.id;
            }
        }
        long[] allowed = task.cpusAllowed();
        if (smt) {
            if (prevAllowed && idleCores.has(prevCpu) && take(prevCpu)) {
                return prevCpu;
            }
            int cpu = nearest(idleCores, prevCpu, allowed);
            if (cpu >= 0) {
                take(cpu);
                return cpu;
            }
        }
        if (prevAllowed && take(prevCpu)) {
            return prevCpu;
        }
        int cpu = smt ? idleCpus.firstIn(cores[prevCpu], allowed) : -1;
        if (cpu < 0) {
            cpu = nearest(idleCpus, prevCpu, allowed);
        }
        if (cpu >= 0) {
            take(cpu);
        }
        return cpu;
    }

    private int nearest(CpuMask idle, int prevCpu, long[] allowed) {
        int cpu = idle.firstIn(llcs[prevCpu], allowed);
        if (cpu < 0) {
            cpu = idle.firstIn(nodes[prevCpu], allowed);
        }
        return cpu < 0 ? idle.firstIn(all, allowed) : cpu;
    }
}
