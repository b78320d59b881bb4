package org.schedbook.bench;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The rates in what {@code stress-ng --yaml} writes. */
final class StressYaml {

    private static final Pattern RATE =
            Pattern.compile(
                    "stressor: (\\S+)\\s(?:(?!stressor:)[\\s\\S])*?bogo-ops-per-second-real-time:"
                            + " ([\\d.]+)");

    /** Returns operations per second of wall-clock time, by stressor. */
    static Map<String, Double> rates(String yaml) {
        var rates = new TreeMap<String, Double>();
        RATE.matcher(yaml)
                .results()
                .forEach(m -> rates.put(m.group(1), Double.valueOf(m.group(2))));
        return rates;
    }

    private StressYaml() {}
}
