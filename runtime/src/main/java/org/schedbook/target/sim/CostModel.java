package org.schedbook.target.sim;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.schedbook.file.ForeignFile;

/**
 * What scheduling costs on a machine. All times are in nanoseconds of CPU time.
 *
 * @param contextSwitchNs from one task to another on a CPU, charged to the one that starts
 * @param wakeupNs waking a task, charged to the one that wakes it
 * @param ipiNs until a busy CPU hears that it is to look for another task
 * @param idleExitNs until an idle CPU does, leaving its idle state included
 * @param syscallNs entering the kernel to send, receive, lock, sleep or fork
 * @param socketNs sending or receiving through a socket, over what it costs through a pipe
 * @param tickNs handling one timer tick
 * @param callbackNs one call of a policy in the kernel: {@code enqueue}, {@code dispatch}
 * @param migrateCoreNs starting on the other hardware thread of the core
 * @param migrateLlcNs starting on another core under the same last-level cache
 * @param migrateNodeNs starting under another last-level cache of the same node
 * @param migrateRemoteNs starting on another NUMA node
 * @param cacheRefillNs starting on the same CPU with nothing left in its caches
 * @param cacheDecayNs how long others must have run there for that; in between it is in proportion
 * @param recordNs handling one record in user space: a callback and its decision
 * @param roundNs one round of the loop in user space, however many records it takes
 * @param provenance where the figures come from
 */
public record CostModel(
        long contextSwitchNs,
        long wakeupNs,
        long ipiNs,
        long idleExitNs,
        long syscallNs,
        long socketNs,
        long tickNs,
        long callbackNs,
        long migrateCoreNs,
        long migrateLlcNs,
        long migrateNodeNs,
        long migrateRemoteNs,
        long cacheRefillNs,
        long cacheDecayNs,
        long recordNs,
        long roundNs,
        String provenance) {

    /**
     * Orders of magnitude of a current x86 server. They are guesses: <em>not</em> calibrated
     * against any machine, so results may be compared with each other and not with a clock.
     */
    public static final CostModel UNCALIBRATED = builtIn("uncalibrated");

    /**
     * Nothing costs anything but what keeps time going, a system call (1 ns) and a round of the
     * loop in user space (1 µs): for reasoning.
     */
    public static final CostModel FREE =
            new CostModel(
                    0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1000, "nothing costs anything");

    public CostModel {
        if (syscallNs < 1) {
            throw new IllegalArgumentException("syscallNs=" + syscallNs + ", the least is 1");
        }
        if (roundNs < 1) {
            throw new IllegalArgumentException("roundNs=" + roundNs + ", the least is 1");
        }
        if (cacheDecayNs < 1) {
            throw new IllegalArgumentException("cacheDecayNs=" + cacheDecayNs + ", the least is 1");
        }
    }

    private static final int MAX_BYTES = 64 << 10;

    /**
     * Reads a model from a properties file that has one key for each component of this record.
     *
     * @throws IOException if it cannot be read, or a key is missing, unknown, negative or not a
     *     number; the message says which
     */
    public static CostModel load(Path file) throws IOException {
        try (Reader in = new StringReader(ForeignFile.text(file, MAX_BYTES))) {
            var properties = new Properties();
            properties.load(in);
            return of(properties, file.toString());
        }
    }

    /**
     * Returns these costs with some of them changed.
     *
     * @param changes by the name of the component
     * @throws IllegalArgumentException if there is no such component, or a value is out of range
     */
    public CostModel with(Map<String, Long> changes, String provenance) {
        var properties = properties();
        changes.forEach((name, ns) -> properties.setProperty(name, Long.toString(ns)));
        properties.setProperty("provenance", provenance);
        try {
            return of(properties, "costs");
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /**
     * Returns the text of a file that {@link #load} reads.
     *
     * @param comment lines to put before
     */
    public String toProperties(String comment) {
        var text = new StringBuilder();
        comment.lines().forEach(line -> text.append("# ").append(line).append('\n'));
        Properties properties = properties();
        for (RecordComponent component : CostModel.class.getRecordComponents()) {
            String name = component.getName();
            text.append(name).append(" = ").append(properties.getProperty(name)).append('\n');
        }
        return text.toString();
    }

    private Properties properties() {
        var properties = new Properties();
        for (RecordComponent component : CostModel.class.getRecordComponents()) {
            try {
                properties.setProperty(
                        component.getName(), component.getAccessor().invoke(this).toString());
            } catch (ReflectiveOperationException e) {
                throw new AssertionError(e);
            }
        }
        return properties;
    }

    /** Returns the first words of the provenance, up to a colon. */
    public String name() {
        return provenance.split(":", 2)[0];
    }

    private static CostModel builtIn(String name) {
        String resource = "costs-" + name + ".properties";
        try (InputStream in = CostModel.class.getResourceAsStream(resource)) {
            var properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            return of(properties, resource);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CostModel of(Properties properties, String where) throws IOException {
        RecordComponent[] components = CostModel.class.getRecordComponents();
        var types = new Class<?>[components.length];
        var values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            String key = components[i].getName();
            String text = (String) properties.remove(key);
            if (text == null) {
                throw new IOException(where + ": there is no " + key);
            }
            types[i] = components[i].getType();
            values[i] = types[i] == long.class ? (Object) number(where, key, text) : text.strip();
        }
        if (!properties.isEmpty()) {
            throw new IOException(
                    where + ": unknown key " + properties.stringPropertyNames().iterator().next());
        }
        try {
            return CostModel.class.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            throw new IOException(where + ": " + e.getCause().getMessage(), e);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static long number(String where, String key, String text) throws IOException {
        try {
            long value = Long.parseLong(text.strip().replace("_", ""));
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Said below, as for a negative number.
        }
        throw new IOException(
                "%s: %s=%s is not a number of nanoseconds".formatted(where, key, text));
    }
}
