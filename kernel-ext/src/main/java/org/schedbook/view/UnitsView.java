package org.schedbook.view;

import java.util.LinkedHashMap;
import java.util.stream.Collectors;
import org.schedbook.units.UnitRun;

/** How far units are, in words. */
public final class UnitsView {

    /** Returns how many units are in which state, in a line. */
    public static String units(UnitRun.Progress now) {
        return "%d of %d done, %d running, %d waiting%s"
                .formatted(
                        now.done(),
                        now.total(),
                        now.running(),
                        now.waiting(),
                        now.given().isEmpty() ? "" : ", %d given up".formatted(now.given().size()));
    }

    /** Returns the same, with what there is to say of the machines. */
    public static String progress(UnitRun.Progress now) {
        return units(now) + (now.note().isEmpty() ? "" : ". " + now.note());
    }

    /** Returns what machines did to the units that have been given up, each reason once. */
    public static String givenUp(UnitRun.Progress now) {
        var counts = new LinkedHashMap<String, Integer>();
        now.given().values().forEach(reason -> counts.merge(reason, 1, Integer::sum));
        return counts.entrySet().stream()
                .map(
                        each ->
                                "%d %s tried three times. %s"
                                        .formatted(
                                                each.getValue(),
                                                each.getValue() == 1 ? "unit was" : "units were",
                                                each.getKey()))
                .collect(Collectors.joining("\n"));
    }

    private UnitsView() {}
}
