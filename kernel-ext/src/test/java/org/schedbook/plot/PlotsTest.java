package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.schedbook.measure.Histogram;
import org.schedbook.plot.LatencyPlot.Shape;
import org.schedbook.plot.RatioPlot.Ratio;
import org.schedbook.plot.TradePlot.Axis;
import org.schedbook.plot.TradePlot.Point;

class PlotsTest {

    private static final String CAPTION = "made up; vm (QEMU, TCG), Linux 7.3.4, 2 CPUs";

    private static final RatioPlot RATIOS =
            new RatioPlot(
                    "messaging",
                    "ratio to eevdf",
                    List.of(
                            new Ratio("fifo", "time", .91, .88, .95, "better: 9 % less"),
                            new Ratio("vtime", "time", 1.02, .97, 1.08, "cannot tell"),
                            new Ratio("slow", "time", 1.3, Double.NaN, Double.NaN, "worse")),
                    CAPTION);

    private static final TradePlot TRADE =
            new TradePlot(
                    "mixed",
                    new Axis("throughput, 1/s", false),
                    new Axis("p99, µs", true),
                    List.of(
                            new Point("eevdf", 100, 900),
                            new Point("fifo", 120, 2000),
                            new Point("bad", 90, 1500)),
                    CAPTION);

    private static final TimePlot TIMES =
            new TimePlot(
                    "fifo at work",
                    "per second",
                    new double[] {1, 2, 3},
                    Map.of("nr_user_dispatches", new double[] {1000, 3000, 2000}),
                    CAPTION);

    private static LatencyPlot latencies(Shape shape) {
        var latencies = new LinkedHashMap<String, Histogram>();
        latencies.put("eevdf", lognormal(1, 4));
        latencies.put("fifo", lognormal(2, 5));
        return new LatencyPlot("wakeup", latencies, shape, CAPTION);
    }

    private static Histogram lognormal(long seed, double mean) {
        var random = new Random(seed);
        var counts = new TreeMap<Long, Long>();
        for (int i = 0; i < 5000; i++) {
            counts.merge((long) Math.exp(mean + random.nextGaussian()), 1L, Long::sum);
        }
        return new Histogram(counts);
    }

    @Test
    void everyPlotIsAPictureOfTwiceItsSizeAndAnSvgWithTheSameWords() throws Exception {
        for (Plot plot :
                List.of(
                        RATIOS,
                        TRADE,
                        TIMES,
                        latencies(Shape.HISTOGRAM),
                        latencies(Shape.PERCENTILES))) {
            keep(plot);
            var image = plot.picture().image();
            assertEquals(1440, image.getWidth());
            assertEquals(2 * plot.picture().height(), image.getHeight());
            var svg =
                    parser().parse(
                                    new ByteArrayInputStream(
                                            plot.svg().getBytes(StandardCharsets.UTF_8)));
            assertEquals("svg", svg.getDocumentElement().getLocalName());
            assertTrue(svg.getDocumentElement().getTextContent().contains("made up"));
            assertTrue(plot.text().endsWith(CAPTION), plot.text());
        }
    }

    /** Reads no DTD from the network. */
    private static DocumentBuilder parser() throws ParserConfigurationException {
        var factory = DocumentBuilderFactory.newDefaultNSInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder();
    }

    /** For a person to look at. */
    private static void keep(Plot plot) throws IOException {
        String shape = plot instanceof LatencyPlot(_, _, Shape s, _) ? "-" + s : "";
        Files.write(
                Path.of("target", plot.getClass().getSimpleName() + shape + ".png"), plot.png());
    }

    @Test
    void ratiosAreATableWithTheirIntervals() {
        assertEquals(
                """
                messaging
                ratio to eevdf   ratio     low    high
                fifo (time)     0.9100  0.8800  0.9500
                vtime (time)     1.020  0.9700   1.080
                slow (time)      1.300       –       –
                """
                        + CAPTION,
                RATIOS.text());
        assertEquals(
                "messaging: fifo (time) better: 9 % less; vtime (time) cannot tell;"
                        + " slow (time) worse.",
                RATIOS.altText());
    }

    @Test
    void onTheFrontIsWhatNoOtherBeatsOnBothAxes() {
        assertEquals(List.of("eevdf", "fifo"), TRADE.front().stream().map(Point::name).toList());
    }

    @Test
    void policiesThatAreEqualAreBothOnTheFront() {
        var same =
                new TradePlot(
                        "t",
                        new Axis("a", true),
                        new Axis("b", true),
                        List.of(new Point("x", 1, 1), new Point("y", 1, 1)),
                        "");
        assertEquals(2, same.front().size());
        same.picture().image();
    }

    @Test
    void latenciesAreATableOfPercentiles() {
        var one = new TreeMap<>(Map.of(10L, 90L, 20L, 9L, 500L, 1L));
        var plot =
                new LatencyPlot(
                        "t", Map.of("fifo", new Histogram(one)), Shape.PERCENTILES, CAPTION);
        assertEquals(
                """
                t
                latency (µs)    n  p50  p90  p99  p99.9  max
                fifo          100   10   10   20    500  500
                """
                        + CAPTION,
                plot.text());
        assertEquals("t: p99 fifo 20 µs.", plot.altText());
    }

    @Test
    void allLatenciesEqualStillDraw() {
        for (Shape shape : Shape.values()) {
            var one = new Histogram(new TreeMap<>(Map.of(0L, 1L)));
            new LatencyPlot("t", Map.of("fifo", one), shape, "").picture().image();
        }
    }

    @Test
    void whatCannotBeDrawnIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> new RatioPlot("t", "a", List.of(), ""));
        assertThrows(
                IllegalArgumentException.class,
                () -> new LatencyPlot("t", Map.of(), Shape.HISTOGRAM, ""));
        assertThrows(
                IllegalArgumentException.class,
                () -> new TimePlot("t", "r", new double[] {1}, Map.of("a", new double[] {1}), ""));
    }

    @Test
    void legendsOfLongNamesAreWholeAndInsideThePicture() {
        Map<String, double[]> series = new TreeMap<>();
        for (String kind : List.of("bonus", "malus", "limit")) {
            series.put(
                    "fair-by-weight-with-a-%s-for-interactive-tasks-and-no-preempt".formatted(kind),
                    new double[] {1, 2, 3});
        }
        var plot = new TimePlot("at work", "per s", new double[] {1, 2, 3}, series, CAPTION);
        var image = plot.picture().image();
        for (int y = 0; y < image.getHeight(); y++) {
            assertEquals(0, image.getRGB(image.getWidth() - 1, y) >>> 24, "at " + y);
        }
        series.keySet().forEach(name -> assertTrue(plot.svg().contains(">" + name + "<"), name));
    }
}
