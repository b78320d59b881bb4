package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Color;
import java.awt.Font;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.schedbook.plot.Timeline.Bar;
import org.xml.sax.InputSource;

class TimelineTest {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final Timeline TWO =
            new Timeline(
                    "two CPUs",
                    2,
                    List.of(
                            new Bar(0, "a 1", 0, 36, false),
                            new Bar(0, "b 2", 36, 72, true),
                            new Bar(1, "b 2", 0, 36, false)),
                    0,
                    72,
                    72,
                    "made up");

    @Test
    void aColumnOfLettersIsWhatRanLongestInIt() {
        List<String> lines = TWO.text().lines().toList();
        assertEquals("CPU 0  |" + "A".repeat(36) + "B".repeat(36) + "|", lines.get(2));
        assertEquals("CPU 1  |" + "B".repeat(36) + ".".repeat(36) + "|", lines.get(3));
        assertEquals("A a 1, B b 2; . idle", lines.get(4));
        assertEquals("made up", lines.get(5));
    }

    @Test
    void tasksWithoutALetterAreTheOthers() {
        List<Bar> bars =
                IntStream.range(0, 72)
                        .mapToObj(i -> new Bar(0, "t " + i, i, i + 1, false))
                        .toList();
        String text = new Timeline("many", 1, bars, 0, 72, 72, "").text();
        assertTrue(text.contains("89" + "#".repeat(10) + "|"), text);
        assertTrue(text.contains("9 t 61, # others; . idle"), text);
    }

    @Test
    void theAlternativeTextSaysHowBusyEachCpuWas() {
        assertEquals(
                "two CPUs: 2 tasks on 2 CPUs, CPU 0 busy 100 %, CPU 1 busy 50 %.", TWO.altText());
    }

    @Test
    void aPartShowsOnlyWhatRanInIt() {
        var part = new Timeline("part", 2, TWO.bars(), 40, 60, 60, "");
        assertTrue(part.text().contains("A b 2; . idle"), part.text());
    }

    @Test
    void tasksHaveDifferentColoursAndIdleHasNone() {
        var image = TWO.picture().image();
        int y = (34 + 18) * 2; // below the label, inside the first row
        int a = image.getRGB(image.getWidth() / 4, y);
        int b = image.getRGB(image.getWidth() * 3 / 4, y);
        int idle = image.getRGB(image.getWidth() * 3 / 4, y + 26 * 2);
        assertNotEquals(a, b);
        assertEquals(Style.ROW.getRGB(), idle);
    }

    @Test
    void thePageIsTheGroundAndLettersAreReadOnWhiteAndOnBlack() {
        assertEquals(0, TWO.picture().image().getRGB(0, 0) >>> 24);
        double text = luminance(Style.TEXT);
        assertTrue(1.05 / (text + .05) > 4, "on white");
        assertTrue(
                (text + .05) / (luminance(new Color(0x111111)) + .05) > 4, "on JupyterLab's dark");
    }

    private static double luminance(Color grey) {
        return Math.pow((grey.getRed() / 255. + .055) / 1.055, 2.4);
    }

    @Test
    void theChartToZoomInGoesOnToTheLastBarAndOpensWhereThePictureIs() throws Exception {
        var part = new Timeline("part", 2, TWO.bars(), 0, 18, 72, "made up");
        JsonNode chart = JSON.valueToTree(ZoomableTimeline.of(part));
        assertEquals(part.altText(), chart.get("description").asText());
        var values = new HashMap<String, JsonNode>();
        chart.get("signals").forEach(s -> values.put(s.get("name").asText(), s.get("value")));
        assertEquals("[0,72]", values.get("limits").toString());
        assertEquals(2, values.get("zoom").asDouble());
        assertEquals(9 / 1e3, values.get("middle").asDouble());
        assertEquals("[\"a 1\",\"b 2\"]", values.get("tasks").toString());
        assertEquals(
                List.of(
                        "row,task,from,for,moved,thin",
                        "0,0,0,36,0,0",
                        "0,1,36,36,1,0",
                        "1,1,0,36,0,0"),
                chart.get("data").get(0).get("values").asText().lines().toList());
        assertFalse(chart.toString().contains("@"), "every place is filled in");
    }

    @Test
    void theChartIsOfBoundedSize() throws Exception {
        var bars = new ArrayList<Bar>();
        for (int i = 0; i < 3000; i++) {
            bars.add(new Bar(i % 8, "sender " + i % 200, i * 100_000L, (i + 1) * 100_000L, true));
        }
        var chart = ZoomableTimeline.of(new Timeline("", 8, bars, 0, 1, 300_000_000, ""));
        assertTrue(JSON.writeValueAsString(chart).length() < 100_000);
    }

    @Test
    void aTimeIsWrittenInTheUnitThatSuitsIt() {
        assertEquals("0", Timeline.time(0));
        assertEquals("999 ns", Timeline.time(999));
        assertEquals("1.5 µs", Timeline.time(1500));
        assertEquals("10 ms", Timeline.time(10_000_000));
        assertEquals("2.25 s", Timeline.time(2_250_000_000L));
    }

    private static final String DECODER = "video-decoder-of-the-camera-at-the-front-of-the-car";

    /** Names of 64 letters that differ in the middle and at the end. */
    private static final List<String> POLICIES =
            List.of(
                    "fair-by-weight-with-a-bonus-for-interactive-tasks-and-no-preempt",
                    "fair-by-weight-with-a-malus-for-interactive-tasks-and-no-preempt",
                    "fair-by-weight-with-a-malus-for-interactive-tasks-but-preempting");

    private static Timeline ofLongNames() {
        var rows = new ArrayList<String>();
        var bars = new ArrayList<Bar>();
        for (String policy : POLICIES) {
            for (int cpu = 0; cpu < 2; cpu++) {
                String task = DECODER + "-" + policy.substring(20) + " " + rows.size();
                bars.add(new Bar(rows.size(), task, rows.size(), 72, false));
                rows.add(policy + " CPU " + cpu);
            }
        }
        return new Timeline(
                "mixed:seconds=2 under " + String.join(", above ", POLICIES) + ", simulated",
                rows,
                bars,
                List.of(),
                0,
                72,
                72,
                "Held to " + String.join("", POLICIES) + ", and to what else was promised.");
    }

    @Test
    void longNamesAreWholeAndInsideThePicture() throws Exception {
        Timeline timeline = ofLongNames();
        var image = timeline.picture().image();
        for (int x : new int[] {0, image.getWidth() - 1}) {
            for (int y = 0; y < image.getHeight(); y++) {
                assertEquals(0, image.getRGB(x, y) >>> 24, "at %d, %d".formatted(x, y));
            }
        }
        List<String> drawn = texts(timeline);
        String all = String.join("", drawn).replace(" ", "");
        assertTrue(all.contains(timeline.title().replace(" ", "")), all);
        assertTrue(all.contains(timeline.caption().replace(" ", "")), all);
        timeline.bars().forEach(bar -> assertTrue(drawn.contains(bar.task()), bar.task()));
        assertTrue(drawn.containsAll(timeline.labels()));
    }

    private static List<String> texts(Timeline timeline) throws Exception {
        var texts = new ArrayList<String>();
        var svg =
                DocumentBuilderFactory.newInstance()
                        .newDocumentBuilder()
                        .parse(
                                new InputSource(
                                        new StringReader(
                                                timeline.svg()
                                                        .replaceFirst("<!DOCTYPE[^>]*>", ""))));
        var nodes = svg.getElementsByTagName("text");
        for (int i = 0; i < nodes.getLength(); i++) {
            texts.add(nodes.item(i).getTextContent());
        }
        return texts;
    }

    @Test
    void rowsOfLongNamesAreToldApart() {
        Timeline timeline = ofLongNames();
        List<String> labels = timeline.labels();
        assertEquals(timeline.rows().size(), new HashSet<>(labels).size(), labels.toString());
        for (int row = 0; row < labels.size(); row++) {
            assertTrue(labels.get(row).endsWith("CPU " + row % 2), labels.get(row));
            assertTrue(Room.width(labels.get(row), Style.CAPTION) <= 240, labels.get(row));
        }
        assertTrue(labels.get(0).contains("bonus") && labels.get(2).contains("malus"));
        List<String> lines = timeline.text().lines().toList();
        List<String> letters = lines.subList(2, 2 + labels.size());
        assertEquals(
                labels.size(),
                letters.stream().map(line -> line.split("\\|")[0]).distinct().count(),
                letters.toString());
        assertTrue(letters.stream().allMatch(line -> line.length() == 115), letters.toString());
        POLICIES.forEach(policy -> assertTrue(lines.get(0).contains(policy)));
    }

    @Test
    void theChartToZoomInIsAsWideAsThePictureAndPointingTellsWholeNames() {
        Timeline timeline = ofLongNames();
        JsonNode chart = JSON.valueToTree(ZoomableTimeline.of(timeline));
        double width = chart.get("width").asDouble();
        assertTrue(timeline.left() + width <= Picture.WIDTH);
        assertLinesFit(timeline.title(), chart.get("title").get("text"), Style.TITLE);
        assertLinesFit(
                timeline.caption() + " " + ZoomableTimeline.HINT,
                chart.get("title").get("subtitle"),
                Style.CAPTION);
        var signals = new HashMap<String, JsonNode>();
        chart.get("signals").forEach(s -> signals.put(s.get("name").asText(), s.get("value")));
        assertEquals(JSON.valueToTree(timeline.rows()), signals.get("rowNames"));
        assertEquals(JSON.valueToTree(timeline.labels()), signals.get("rowLabels"));
        assertEquals(1, chart.get("legends").get(0).get("columns").asInt());
        for (int i = 0; i < Vega.WIDTHS.size(); i++) {
            double room = Vega.WIDTHS.get(i) - 2.0 * Picture.MARGIN;
            for (JsonNode line : signals.get("titles").get(i)) {
                assertTrue(Room.width(line.asText(), Style.TITLE) <= room, line.asText());
            }
            for (JsonNode line : signals.get("captions").get(i)) {
                assertTrue(Room.width(line.asText(), Style.CAPTION) <= room, line.asText());
            }
        }
        for (JsonNode name : signals.get("legendNames")) {
            assertTrue(Room.width(name.asText(), Style.CAPTION) < width, name.asText());
        }
    }

    private static void assertLinesFit(String whole, JsonNode lines, Font font) {
        var together = new StringBuilder();
        for (JsonNode line : lines) {
            together.append(line.asText());
            assertTrue(
                    Room.width(line.asText(), font) <= Picture.WIDTH - 2 * Picture.MARGIN,
                    line.asText());
        }
        assertEquals(whole.replace(" ", ""), together.toString().replace(" ", ""));
    }

    @Test
    void nothingToDrawIsRefused() {
        assertThrows(
                IllegalArgumentException.class, () -> new Timeline("", 1, List.of(), 5, 5, 5, ""));
    }
}
