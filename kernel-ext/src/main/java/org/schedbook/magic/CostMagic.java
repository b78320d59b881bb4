package org.schedbook.magic;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.jupyter.Table;
import org.schedbook.llm.Prices;
import org.schedbook.session.Session;
import org.schedbook.store.StoredRequest;
import picocli.CommandLine.Command;

/** {@code %cost}: what models have cost. */
@Command(
        description = {
            "Shows what the models have cost, by model and by policy.",
            "",
            "Prices are in .schedbook/prices.csv, for you to fill in: they change, and Schedbook knows"
                    + " none. A cost without a price is unknown, and is worked out once the price is"
                    + " there.",
            ""
        },
        footer = {"Examples:", "  %cost"})
final class CostMagic implements Magic {

    private final Session session;

    CostMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) {
        List<StoredRequest> answered =
                session.store().attempts().stream()
                        .filter(each -> each.isAnswered() && each.recordedOn().isEmpty())
                        .toList();
        if (answered.isEmpty()) {
            return "No model has been paid for here: there are no live answers.";
        }
        Prices prices = session.prices();
        Map<String, List<StoredRequest>> byModel =
                answered.stream()
                        .collect(
                                Collectors.groupingBy(
                                        k -> k.model().orElse(k.askedModel()),
                                        TreeMap::new,
                                        Collectors.toList()));
        var rows = new ArrayList<List<String>>();
        byModel.forEach((model, each) -> rows.add(row(model, each, prices)));
        if (byModel.size() > 1) {
            rows.add(row("all", answered, prices));
        }
        call.show(table("model", rows));
        Map<String, List<StoredRequest>> byPolicy =
                answered.stream()
                        .collect(
                                Collectors.groupingBy(
                                        StoredRequest::policy, TreeMap::new, Collectors.toList()));
        var policies = new ArrayList<List<String>>();
        byPolicy.forEach((policy, each) -> policies.add(row(policy, each, prices)));
        return table("policy", policies);
    }

    private static Table table(String by, List<List<String>> rows) {
        return new Table(
                "",
                List.of(by, "answers", "tokens in", "of them cached", "tokens out", "USD"),
                rows);
    }

    private static List<String> row(String name, List<StoredRequest> answers, Prices prices) {
        OptionalDouble sum = OptionalDouble.of(0);
        int unknown = 0;
        long estimated =
                answers.stream()
                        .filter(each -> each.costUsd().orElse(0) > 0)
                        .filter(each -> each.tokensIn() == 0 || each.tokensOut() == 0)
                        .count();
        for (StoredRequest each : answers) {
            OptionalDouble cost = each.costUsd().isPresent() ? each.costUsd() : cost(each, prices);
            if (cost.isPresent()) {
                sum = OptionalDouble.of(sum.getAsDouble() + cost.getAsDouble());
            } else {
                unknown++;
            }
        }
        String usd =
                String.format(Locale.ROOT, "%.4f", sum.getAsDouble())
                        + (estimated == 0 ? "" : ", " + estimated + " estimated");
        return List.of(
                name,
                String.valueOf(answers.size()),
                "%,d".formatted(answers.stream().mapToLong(StoredRequest::tokensIn).sum()),
                "%,d".formatted(answers.stream().mapToLong(StoredRequest::tokensCached).sum()),
                "%,d".formatted(answers.stream().mapToLong(StoredRequest::tokensOut).sum()),
                unknown == answers.size()
                        ? "unknown"
                        : unknown == 0 ? usd : usd + " and " + unknown + " unknown");
    }

    private static OptionalDouble cost(StoredRequest answer, Prices prices) {
        String served = answer.model().orElse(answer.askedModel());
        return prices.cost(
                prices.knows(served) ? served : answer.askedModel(),
                answer.tokensIn(),
                answer.tokensCached(),
                answer.tokensOut());
    }
}
