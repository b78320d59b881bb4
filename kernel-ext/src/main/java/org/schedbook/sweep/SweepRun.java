package org.schedbook.sweep;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.schedbook.bench.Workload;
import org.schedbook.session.SessionException;
import org.schedbook.target.TargetException;
import org.schedbook.units.Machines;
import org.schedbook.units.UnitRun;

/** Has the units of a sweep done: the same sweep on the same machine has the same ones. */
public final class SweepRun extends UnitRun<SweepUnit, SweepResult> {

    private final Sweep sweep;

    /**
     * Describes the units in a directory, which is made if there is none.
     *
     * @throws TargetException if there is no guest to measure in
     * @throws SessionException if the directory cannot be used
     */
    public SweepRun(Sweep sweep, Path directory, Machines machines) throws TargetException {
        super(sweep.work(), sweep.units(), directory, machines);
        this.sweep = sweep;
    }

    public Sweep sweep() {
        return sweep;
    }

    /** Returns what has come of each workload so far. */
    public List<Sweep.Outcome> outcomes() {
        return sweep.outcomes(units(), results());
    }

    /** Returns why variants have no figures so far, by workloads and labels. */
    public SequencedMap<Workload, SequencedMap<String, String>> failures() {
        Map<String, SweepResult> results = results();
        var done = new LinkedHashMap<SweepUnit, SweepResult>();
        units().forEach(
                        (key, unit) -> {
                            if (results.containsKey(key)) {
                                done.put(unit, results.get(key));
                            }
                        });
        var failures = new LinkedHashMap<Workload, SequencedMap<String, String>>();
        for (Workload workload : sweep.workloads()) {
            failures.put(workload, Sweep.failures(workload, done));
        }
        return failures;
    }
}
