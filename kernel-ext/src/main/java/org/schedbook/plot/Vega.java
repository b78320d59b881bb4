package org.schedbook.plot;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.awt.Color;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/**
 * Charts as Vega specifications. JupyterLab draws Vega by itself, in notebooks that are not
 * trusted, too, and fetches nothing for it; whatever does not know it shows the PNG.
 */
final class Vega {

    static final String MIME_TYPE = "application/vnd.vega.v5+json";

    /** Without the menu, which has an online editor in it and no name for screen readers. */
    private static final Map<String, Object> METADATA =
            Map.of("embed_options", Map.of("actions", false));

    /** Of whole charts: the first is that of pictures, and the last as narrow as can be read. */
    static final List<Integer> WIDTHS = List.of(Picture.WIDTH, 600, 480, 360);

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Shows a chart so where that can be drawn. */
    static void put(DisplayData data, Map<?, ?> specification) {
        data.putData(MIME_TYPE, specification);
        data.putMetaData(MIME_TYPE, METADATA);
    }

    /**
     * Returns a specification with values in the places that have their names, as in {@code
     * "@name@"}.
     *
     * @param template the name of a file beside this class
     */
    static Map<?, ?> filled(String template, Map<String, Object> values) {
        try (InputStream in = Vega.class.getResourceAsStream(template)) {
            return (Map<?, ?>) filled(JSON.readValue(in, Map.class), values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Object filled(Object node, Map<String, Object> values) {
        return switch (node) {
            case Map<?, ?> map -> {
                var filled = new LinkedHashMap<Object, Object>();
                map.forEach((key, value) -> filled.put(key, filled(value, values)));
                yield filled;
            }
            case List<?> list -> list.stream().map(each -> filled(each, values)).toList();
            case String text when text.matches("@\\w+@") ->
                    values.get(text.substring(1, text.length() - 1));
            default -> node;
        };
    }

    /**
     * Puts in what a chart needs that is narrower where there is less room: what stands above it in
     * lines, and how many columns its legend has, for each of {@link #WIDTHS}.
     *
     * @param width of the area between the axes where there is room for all
     */
    static void fit(
            Map<String, Object> values,
            String title,
            List<String> captions,
            List<String> legend,
            int width) {
        int chrome = Picture.WIDTH - width;
        List<List<String>> titles =
                WIDTHS.stream().map(w -> Picture.wrap(title, Style.TITLE, w)).toList();
        List<List<String>> subtitles =
                WIDTHS.stream()
                        .map(
                                w ->
                                        captions.stream()
                                                .flatMap(
                                                        text ->
                                                                Picture.wrap(text, Style.CAPTION, w)
                                                                        .stream())
                                                .toList())
                        .toList();
        List<Integer> columns =
                WIDTHS.stream().map(w -> Legend.columns(legend, w - chrome)).toList();
        values.put("width", width);
        values.put("chrome", chrome);
        values.put("widths", WIDTHS);
        values.put("title", titles.getFirst());
        values.put("caption", subtitles.getFirst());
        values.put("titles", titles);
        values.put("captions", subtitles);
        values.put("columns", columns);
        values.put("legendNames", legend);
        values.put(
                "legendColumns",
                columns.getFirst() == 1 ? 1 : Map.of("signal", "columns[narrower]"));
    }

    static String hex(Color colour) {
        return "#%06x".formatted(colour.getRGB() & 0xFFFFFF);
    }

    private Vega() {}
}
