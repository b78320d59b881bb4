package org.schedbook.plot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageIO;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.junit.jupiter.api.Test;

class SamplePlotTest {

    private static final String CAPTION =
            "vm (QEMU, TCG), Linux 7.3.4, 2 CPUs, perf bench sched messaging -t -g 4 -l 100,"
                    + " six interleaved runs each; JDK 25.0.3";

    private final SamplePlot plot =
            new SamplePlot(
                    "messaging: eevdf, fifo and fifo-plus",
                    "time",
                    "s",
                    List.of(
                            new Series(
                                    "eevdf", new double[] {1.743, 1.79, 1.816, 1.77, 1.80, 1.75}),
                            new Series(
                                    "fifo", new double[] {1.760, 1.80, 1.771, 1.79, 1.768, 1.775}),
                            new Series(
                                    "fifo-plus",
                                    new double[] {1.69, 1.72, 1.70, 1.735, 1.71, 1.80})),
                    CAPTION);

    @Test
    void pngIsAtTwiceItsSizeAndNotBlank() throws IOException {
        byte[] png =
                Base64.getDecoder()
                        .decode((String) plot.bundle().getData(MIMEType.parse("image/png")));
        // Kept for a person to look at.
        Files.write(Path.of("target", "sample-plot.png"), png);
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(png));
        assertEquals(1440, image.getWidth());
        Set<Integer> colours = new HashSet<>();
        for (int y = 0; y < image.getHeight(); y += 3) {
            for (int x = 0; x < image.getWidth(); x += 3) {
                colours.add(image.getRGB(x, y));
            }
        }
        assertTrue(colours.size() > 50, colours.size() + " colours");
    }

    @Test
    void textHasTheSameNumbers() {
        assertEquals(
                """
                messaging: eevdf, fifo and fifo-plus
                time (s)   n    min     q1  median     q3    max
                eevdf      6  1.743  1.755   1.780  1.798  1.816
                fifo       6  1.760  1.769   1.773  1.786  1.800
                fifo-plus  6  1.690  1.703   1.715  1.731  1.800
                """
                        + CAPTION,
                plot.text());
        assertEquals(
                "messaging: eevdf, fifo and fifo-plus: median time eevdf 1.780 s (n=6),"
                        + " fifo 1.773 s (n=6), fifo-plus 1.715 s (n=6).",
                plot.altText());
    }

    @Test
    void oneEqualSampleEachStillDraws() {
        var one = new SamplePlot("t", "q", "u", List.of(new Series("a", new double[] {0})), "");
        assertEquals(1440, one.picture().image().getWidth());
    }

    @Test
    void longNamesStayInThePictureAndAreToldApart() throws IOException {
        String policy = "fair-by-weight-with-a-%s-for-interactive-tasks-and-no-preempt";
        List<String> policies = List.of(policy.formatted("bonus"), policy.formatted("malus"));
        var series = policies.stream().map(name -> new Series(name, new double[] {1, 2})).toList();
        var plotted =
                new SamplePlot(
                        "messaging: " + String.join(" and ", policies),
                        "time",
                        "s",
                        series,
                        CAPTION);
        BufferedImage image = plotted.picture().image();
        ImageIO.write(image, "png", Path.of("target", "sample-plot-long.png").toFile());
        for (int y = 0; y < image.getHeight(); y++) {
            assertEquals(0, image.getRGB(0, y) >>> 24, "at " + y);
            assertEquals(0, image.getRGB(image.getWidth() - 1, y) >>> 24, "at " + y);
        }
        for (String differs : List.of("bonus", "malus")) {
            assertTrue(plotted.svg().matches("(?s).*>[^<]*…[^<]*%s[^<]*<.*".formatted(differs)));
        }
    }

    @Test
    void refusesWhatCannotBeDrawn() {
        assertThrows(IllegalArgumentException.class, () -> new Series("a", new double[0]));
        assertThrows(
                IllegalArgumentException.class, () -> new Series("a", new double[] {Double.NaN}));
        assertThrows(
                IllegalArgumentException.class, () -> new SamplePlot("t", "q", "u", List.of(), ""));
    }
}
