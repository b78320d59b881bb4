package org.schedbook.units;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.schedbook.sweep.Sweep;
import org.schedbook.sweep.SweepRun;

/** A driver in a process of its own, so that it can be killed. */
final class DriverProcess {

    /** Takes a directory, the values of SLICE_NS, and how many repetitions. */
    public static void main(String[] args) throws Exception {
        Sweep sweep = UnitRunTest.sweep(args[1], Integer.parseInt(args[2]), 1);
        new SweepRun(sweep, Path.of(args[0]), new Machines.Local(2)).run();
    }

    static Process start(Path directory, String values, int repetitions) throws IOException {
        return new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                DriverProcess.class.getName(),
                                directory.toString(),
                                values,
                                Integer.toString(repetitions)))
                .inheritIO()
                .start();
    }

    private DriverProcess() {}
}
