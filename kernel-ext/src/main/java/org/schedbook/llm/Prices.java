package org.schedbook.llm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import org.schedbook.file.ForeignFile;

/**
 * What tokens cost, from a file that people keep themselves: prices change, and nobody is to trust
 * old ones. A model that is not in it has no known price.
 */
public final class Prices {

    private static final String HEADER =
            """
            # What models cost, in US dollars for a million tokens. A model's name may end in *.
            # Look the prices up at your provider; without a line here a cost is unknown.
            #
            # model, input, cached input, output
            #
            # some-model-*, 1.25, 0.125, 10
            # my-local-model, 0, 0, 0
            """;

    /** Prices of a model in US dollars for a million tokens. */
    private record Price(String model, double input, double cached, double output) {

        /** Nothing adds up to a limit with NaN, and a negative price would take from it. */
        boolean isPrice() {
            return DoubleStream.of(input, cached, output)
                    .allMatch(price -> price >= 0 && Double.isFinite(price));
        }

        boolean isOf(String name) {
            return model.endsWith("*")
                    ? name.startsWith(model.substring(0, model.length() - 1))
                    : name.equals(model);
        }
    }

    private static final int MAX_BYTES = 1 << 20;

    private final List<Price> prices;

    private Prices(List<Price> prices) {
        this.prices = prices;
    }

    /**
     * Reads a file, which is made, without prices, if there is none.
     *
     * @throws IOException if it cannot be read, or a line is no price; the message says which
     */
    public static Prices read(Path file) throws IOException {
        if (!Files.exists(file)) {
            Files.createDirectories(file.toAbsolutePath().getParent());
            // New: a link that leads nowhere yet would have it made there.
            Files.writeString(file, HEADER, StandardOpenOption.CREATE_NEW);
        }
        var prices = new ArrayList<Price>();
        for (String line : ForeignFile.text(file, MAX_BYTES).lines().toList()) {
            if (line.isBlank() || line.strip().startsWith("#")) {
                continue;
            }
            prices.add(
                    parse(line)
                            .orElseThrow(
                                    () ->
                                            new IOException(
                                                    "%s: '%s' is no line of prices, which is a"
                                                                    .formatted(file, line.strip())
                                                            + " model's name and three amounts of US"
                                                            + " dollars, for input, cached input and"
                                                            + " output, as in: some-model, 1.25,"
                                                            + " 0.125, 10; a comment begins with #")));
        }
        return new Prices(prices);
    }

    private static Optional<Price> parse(String line) {
        String[] fields = line.split(",");
        if (fields.length != 4) {
            return Optional.empty();
        }
        try {
            var price =
                    new Price(
                            fields[0].strip(),
                            Double.parseDouble(fields[1]),
                            Double.parseDouble(fields[2]),
                            Double.parseDouble(fields[3]));
            return Optional.of(price).filter(Price::isPrice);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** Returns whether the price of a model is known. */
    public boolean knows(String model) {
        return find(model).isPresent();
    }

    /**
     * Returns what an answer cost in US dollars: nothing if it is recorded, empty if the price is
     * not known or the endpoint did not count tokens.
     *
     * @param asked the model as asked for, for endpoints that answer under another name
     */
    public OptionalDouble cost(Completion answer, String asked) {
        return answer.isRecorded()
                ? OptionalDouble.of(0)
                : cost(
                        find(answer.model()).isPresent() ? answer.model() : asked,
                        answer.promptTokens(),
                        answer.cachedTokens(),
                        answer.completionTokens());
    }

    /**
     * Returns what an answer cost, or may have cost, in US dollars: what the endpoint did not count
     * is guessed from the texts, rather too much than too little, so that a limit holds.
     *
     * @param sent all messages of the request
     * @return empty if the price is not known
     */
    public OptionalDouble costOrMore(Completion answer, List<ChatMessage> sent, String asked) {
        String model = find(answer.model()).isPresent() ? answer.model() : asked;
        if (answer.isRecorded() || find(model).isEmpty()) {
            return cost(answer, asked);
        }
        long asking = sent.stream().mapToLong(message -> message.content().length()).sum();
        return cost(
                model,
                answer.promptTokens() > 0 ? answer.promptTokens() : tokens(asking),
                answer.cachedTokens(),
                answer.completionTokens() > 0
                        ? answer.completionTokens()
                        : tokens(answer.text().length() + answer.thoughts()));
    }

    /** English and Java have three to five characters a token. */
    private static long tokens(long characters) {
        return characters / 3 + 1;
    }

    /** Returns what tokens cost in US dollars, empty if that is not known. */
    public OptionalDouble cost(String model, long in, long cached, long out) {
        Optional<Price> price = find(model);
        if (price.isEmpty() || in + out == 0) {
            return OptionalDouble.empty();
        }
        Price p = price.get();
        return OptionalDouble.of(
                ((in - cached) * p.input() + cached * p.cached() + out * p.output()) / 1e6);
    }

    private Optional<Price> find(String model) {
        return prices.stream().filter(price -> price.isOf(model)).findFirst();
    }
}
