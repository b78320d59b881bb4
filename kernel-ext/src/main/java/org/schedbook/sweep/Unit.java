package org.schedbook.sweep;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.schedbook.bench.BenchJson;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Plan;
import org.schedbook.bench.Workload;
import org.schedbook.compile.PolicySource;
import org.schedbook.file.JsonTrouble;
import org.schedbook.session.TargetChoice;

/**
 * What one worker does at a time: a workload under some contenders, with all that its figures
 * depend on, and not where it is done. What is compared by the wall clock is one unit, since only
 * what ran by turns on one machine can be compared.
 *
 * @param format rises when what a unit means changes
 * @param contenders by turns, the first to be compared to
 * @param plan its seed is also that of a simulation
 */
record Unit(
        int format,
        Versions versions,
        TargetChoice target,
        Workload workload,
        List<Entrant> contenders,
        Plan plan) {

    private static final int FORMAT = 1;

    /** Guests boot and are saved in less, on machines that are busy. */
    private static final Duration START = Duration.ofMinutes(10);

    private static final JsonMapper CANONICAL =
            BenchJson.mapper()
                    .rebuild()
                    .enable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                    .disable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
                    .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
                    .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    /**
     * A contender.
     *
     * @param label what figures are called after
     * @param policy the policy's name
     * @param inKernel whether it decides in the kernel
     * @param source empty for the kernel's own scheduler
     */
    record Entrant(String label, String policy, boolean inKernel, Optional<String> source) {

        static Entrant of(Variant variant) {
            return new Entrant(
                    variant.label(),
                    variant.source().map(PolicySource::name).orElse(variant.policy()),
                    variant.policy().endsWith(Contender.IN_KERNEL),
                    variant.source().map(PolicySource::text));
        }
    }

    Unit {
        contenders = List.copyOf(contenders);
    }

    Unit(
            Versions versions,
            TargetChoice target,
            Workload workload,
            List<Entrant> contenders,
            Plan plan) {
        this(FORMAT, versions, target, workload, contenders, plan);
    }

    /** Returns its canonical form: the same unit is the same text. */
    String json() {
        try {
            return CANONICAL.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new AssertionError("a unit can be written", e);
        }
    }

    /** Returns SHA-256 of the canonical form, in hex. */
    String key() {
        return key(json());
    }

    static String key(String json) {
        return HexFormat.of().formatHex(sha256().digest(json.getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads what {@link #json} returned.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static Unit read(String json) {
        try {
            return CANONICAL.readValue(json, Unit.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("no unit: " + JsonTrouble.words(e), e);
        }
    }

    /** Returns after how long it is no policy that keeps a worker from its end. */
    Duration limit() {
        int runs = (plan.repetitions() + plan.warmUps()) * contenders.size();
        return plan.limit().plusSeconds(60).multipliedBy(runs).plus(START);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
    }
}
