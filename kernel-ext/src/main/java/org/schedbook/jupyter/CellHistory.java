package org.schedbook.jupyter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dflib.jjava.jupyter.messages.request.HistoryRequest;

/**
 * The cells of this session, for consoles that bring back earlier ones. JupyterLab asks for it as
 * soon as it is connected, and calls the state of a kernel that does not answer unknown.
 */
final class CellHistory {

    private static final int SESSION = 1;

    /** What was run as which cell. */
    private record Cell(int number, String source) {}

    private final List<Cell> cells = new ArrayList<>();

    synchronized void add(int number, String source) {
        cells.add(new Cell(number, source));
    }

    /** Answers a request with tuples of session, number and source, as the protocol has them. */
    synchronized List<List<Object>> answer(HistoryRequest request) {
        List<Cell> found =
                switch (request) {
                    case HistoryRequest.Tail tail -> last(cells, tail.getMaxReturnLength());
                    case HistoryRequest.Range range ->
                            cells.stream()
                                    .filter(
                                            cell ->
                                                    cell.number() >= range.getStart()
                                                            && cell.number() < range.getStop())
                                    .toList();
                    case HistoryRequest.Search search ->
                            last(found(search).toList(), search.getMaxReturnLength());
                    default -> List.of();
                };
        return found.stream().map(cell -> tuple(cell, request.includeOutput())).toList();
    }

    private static List<Object> tuple(Cell cell, boolean output) {
        // What a cell returned is not kept, and the protocol lets it be null.
        return List.of(
                SESSION,
                cell.number(),
                output ? Arrays.asList(cell.source(), null) : cell.source());
    }

    private Stream<Cell> found(HistoryRequest.Search search) {
        Pattern pattern = glob(search.getPattern());
        Stream<Cell> found =
                cells.stream().filter(cell -> pattern.matcher(cell.source()).matches());
        if (search.filterUnique()) {
            var sources = new HashSet<String>();
            return found.toList().reversed().stream()
                    .filter(cell -> sources.add(cell.source()))
                    .toList()
                    .reversed()
                    .stream();
        }
        return found;
    }

    /** The last n, or all if n is not given. */
    private static List<Cell> last(List<Cell> cells, int n) {
        return n <= 0 ? cells : cells.subList(Math.max(0, cells.size() - n), cells.size());
    }

    /** A pattern as shells have it, with * and ?. */
    private static Pattern glob(String glob) {
        var regex = new StringBuilder();
        for (char c : glob.toCharArray()) {
            regex.append(
                    switch (c) {
                        case '*' -> ".*";
                        case '?' -> ".";
                        default -> Pattern.quote(String.valueOf(c));
                    });
        }
        return Pattern.compile(regex.toString(), Pattern.DOTALL);
    }
}
