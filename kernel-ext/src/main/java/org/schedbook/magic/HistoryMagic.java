package org.schedbook.magic;

import java.io.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.schedbook.bench.Contender;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.session.Session;
import org.schedbook.store.Store;
import org.schedbook.store.StoredRequest;
import org.schedbook.store.Version;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %history [NAME]}: what is kept beside the notebook. */
@Command(
        description = {
            "Shows the versions of a policy, and every request to a model for it.",
            "",
            "Without a name: all policies. Versions are called NAME@1, NAME@2 and so on: %diff compares"
                    + " them, %use brings one back. All of it is in .schedbook/store.db, an SQLite"
                    + " database that all notebooks of a directory share.",
            ""
        },
        footer = {
            "Examples:",
            "  %history",
            "  %history my-policy",
            "  %history --export history.jsonl"
        })
final class HistoryMagic implements Magic {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss").withZone(ZoneId.systemDefault());

    @Parameters(
            paramLabel = "POLICY",
            completionCandidates = Candidates.Policies.class,
            arity = "0..1",
            description = "Only this one.")
    private String name;

    @Option(
            names = "--export",
            paramLabel = "FILE",
            description = "Write everything, requests and answers included, as JSON lines.")
    private Path export;

    private final Session session;

    HistoryMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        Store store = session.store();
        if (export != null) {
            return export(store);
        }
        return name == null ? policies(store) : policy(store, call);
    }

    private String export(Store store) {
        var lines = new AtomicInteger();
        Output.write(export, (Writer out) -> lines.set(store.export(out)));
        return "%d lines are written to %s.".formatted(lines.get(), export);
    }

    private static Table policies(Store store) {
        Map<String, List<Version>> versions =
                store.versions().stream()
                        .collect(
                                Collectors.groupingBy(
                                        Version::policy, LinkedHashMap::new, Collectors.toList()));
        Map<String, List<StoredRequest>> attempts =
                store.attempts().stream()
                        .collect(
                                Collectors.groupingBy(
                                        StoredRequest::policy,
                                        LinkedHashMap::new,
                                        Collectors.toList()));
        attempts.keySet().forEach(name -> versions.putIfAbsent(name, List.of()));
        var rows = new ArrayList<List<String>>();
        versions.forEach(
                (name, all) ->
                        rows.add(
                                List.of(
                                        name,
                                        String.valueOf(all.size()),
                                        String.valueOf(
                                                attempts.getOrDefault(name, List.of()).size()),
                                        all.isEmpty() ? "" : time(all.getLast().created()))));
        return new Table("", List.of("policy", "versions", "requests", "latest"), rows);
    }

    private Table policy(Store store, MagicCall call) {
        String name = Contender.policyOf(this.name); // wherever it decides, it is one source
        List<Version> versions = store.versions(name);
        List<StoredRequest> attempts = store.attempts(name);
        if (versions.isEmpty() && attempts.isEmpty()) {
            throw new CellError("Nothing is kept of a policy named '" + name + "'.")
                    .next("%history lists the policies there are.");
        }
        if (!attempts.isEmpty()) {
            call.show(requests(attempts));
        }
        return new Table(
                "Versions of " + name,
                List.of("version", "made", "by", "source", "state"),
                versions.stream()
                        .map(
                                v ->
                                        List.of(
                                                v.label(),
                                                time(v.created()),
                                                by(v, attempts),
                                                v.sourceHash()
                                                        .substring(
                                                                0,
                                                                Math.min(
                                                                        8,
                                                                        v.sourceHash().length())),
                                                v.bytecodeHash().isPresent()
                                                        ? "compiles"
                                                        : "does not compile, or is refused"))
                        .toList());
    }

    private static String by(Version version, List<StoredRequest> attempts) {
        if (version.attempt().isEmpty()) {
            return version.origin().equals(Version.CELL) ? "you, in a cell" : version.origin();
        }
        long id = version.attempt().getAsLong();
        return attempts.stream()
                .filter(attempt -> attempt.id() == id)
                .map(attempt -> attempt.model().orElse(attempt.askedModel()) + ", request " + id)
                .findFirst()
                .orElse("request " + id);
    }

    private static Table requests(List<StoredRequest> attempts) {
        return new Table(
                "Requests",
                List.of(
                        "request", "sent", "for", "model", "words", "came to", "tokens", "s",
                        "USD"),
                attempts.stream()
                        .map(
                                a ->
                                        List.of(
                                                String.valueOf(a.id()),
                                                time(a.started()),
                                                a.purpose()
                                                        + (a.repair() == 0 ? "" : " " + a.repair()),
                                                a.model().orElse(a.askedModel())
                                                        + a.recordedOn()
                                                                .map(on -> " (recorded " + on + ")")
                                                                .orElse(""),
                                                shortened(a.words()),
                                                outcome(a),
                                                a.tokensOut() == 0
                                                        ? ""
                                                        : a.tokensIn() + " + " + a.tokensOut(),
                                                a.seconds() == 0
                                                        ? ""
                                                        : "%.1f".formatted(a.seconds()),
                                                a.costUsd().isPresent()
                                                        ? "%.4f"
                                                                .formatted(
                                                                        a.costUsd().getAsDouble())
                                                        : "unknown"))
                        .toList());
    }

    private static String outcome(StoredRequest attempt) {
        if (attempt.isAnswered() && attempt.purpose().equals("plan")) {
            return "a plan";
        }
        return attempt.failed()
                .map(gate -> "failed at " + gate.toLowerCase(Locale.ROOT))
                .or(() -> attempt.passed().map(_ -> "a policy"))
                .or(() -> attempt.error().map(HistoryMagic::shortened))
                .orElse("nothing: it was cut off");
    }

    private static String shortened(String text) {
        String line = text.strip().replaceAll("\\s+", " ");
        return line.length() <= 60 ? line : line.substring(0, 59) + "\u2026";
    }

    private static String time(Instant instant) {
        return TIME.format(instant);
    }
}
