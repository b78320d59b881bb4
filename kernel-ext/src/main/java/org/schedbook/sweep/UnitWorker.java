package org.schedbook.sweep;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import org.schedbook.bench.Bench;
import org.schedbook.bpf.wire_h;
import org.schedbook.child.ChildJvm;
import org.schedbook.target.TargetException;

/**
 * The process that measures units. Given a directory alone, it reads the keys of units in it, a
 * line each, says a key again once there is a result or a note of what prevented one, and ends when
 * whoever gives keys is gone, at once and with all that it has started. Given a batch and the
 * number of a task as well, it says each key before it measures it, and ends after the last.
 */
final class UnitWorker {

    private static final int PARENT_GONE = 4;
    private static final int TOO_LONG = 5;

    private static final int HEAP_MIB = 128;

    private static final int KILLED = 9;

    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream answers = System.out;
        System.setOut(System.err); // What libraries print is no answer.
        var directory = UnitDirectory.ofDriver(Path.of(args[0]));
        if (args.length == 1) {
            measureAsTold(directory, answers);
        } else {
            measureBatch(directory, args[1], Integer.parseInt(args[2]), answers);
            System.exit(0); // with the processes that were started for it
        }
    }

    private static void measureAsTold(UnitDirectory directory, PrintStream answers)
            throws IOException, InterruptedException {
        var keys = new SynchronousQueue<String>();
        // Reads while a unit is measured, too: the end of the driver is to be noticed then.
        Thread.ofPlatform().daemon().name("keys").start(() -> read(keys));
        var runner = new UnitRunner();
        while (true) {
            String key = keys.take();
            measure(key, directory, runner);
            answers.println(key);
        }
    }

    private static void read(SynchronousQueue<String> keys) {
        try (var in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            for (String key = in.readLine(); key != null; key = in.readLine()) {
                keys.put(key);
            }
        } catch (IOException | InterruptedException e) {
            // There is nobody to tell.
        }
        Runtime.getRuntime().halt(PARENT_GONE);
    }

    /** Nobody watches it there: it ends by itself when a unit takes too long. */
    private static void measureBatch(
            UnitDirectory directory, String id, int task, PrintStream answers)
            throws IOException, InterruptedException {
        Optional<Batch> batch = directory.batch(id);
        if (batch.isEmpty()) {
            return; // All of it has come to an end meanwhile.
        }
        var runner = new UnitRunner();
        for (Batch.Attempt each : batch.get().tasks().get(task)) {
            String key = each.key();
            if (!directory.isFinished(key)) {
                answers.println(key);
                Thread watch = Thread.ofPlatform().daemon().start(() -> watch(key, directory));
                measure(key, directory, runner);
                watch.interrupt();
            }
        }
    }

    private static void watch(String key, UnitDirectory directory) {
        try {
            Duration limit = directory.unit(key).limit();
            Thread.sleep(limit);
            directory.fail(key, tookTooLong(limit));
        } catch (InterruptedException | MachineException e) {
            return; // It has come to an end.
        } catch (IOException e) {
            // The exit code is all that there is to say.
        }
        Runtime.getRuntime().halt(TOO_LONG);
    }

    private static void measure(String key, UnitDirectory directory, UnitRunner runner)
            throws IOException, InterruptedException {
        try {
            Unit unit = directory.unit(key);
            if (!unit.versions().equals(Versions.of(unit.target()))) {
                throw new MachineException(
                        "The sweep was described by another version of Schedbook, of Java or of the"
                                + " guest's image than its worker has: run its command again.");
            }
            directory.finish(runner.run(key, unit));
        } catch (MachineException | TargetException e) {
            directory.fail(key, e.getMessage());
        } catch (IOException e) {
            directory.fail(key, "The result cannot be written: %s.".formatted(SweepRun.words(e)));
        } catch (RuntimeException e) {
            e.printStackTrace();
            directory.fail(key, "A defect of Schedbook's: %s.".formatted(e));
        }
    }

    /** Returns how a worker is started. */
    static ChildJvm jvm() {
        var options = new ArrayList<String>();
        options.add("-XX:TieredStopAtLevel=1"); // others do what takes long
        options.add("--enable-native-access=ALL-UNNAMED");
        String guest = System.getProperty("schedbook.guest", System.getenv("SCHEDBOOK_GUEST"));
        if (guest != null && !guest.isBlank()) {
            options.add("-Dschedbook.guest=" + guest);
        }
        return new ChildJvm(
                UnitWorker.class,
                HEAP_MIB,
                options,
                List.of(
                        Bench.class,
                        wire_h.class,
                        JsonMapper.class,
                        JsonFactory.class,
                        JsonProperty.class,
                        CBORMapper.class,
                        Jdk8Module.class,
                        JavaTimeModule.class));
    }

    // ---- How one comes to its end -----------------------------------------------------------

    static String endedBySignal(int signal) {
        return signal == KILLED
                ? "The worker was killed (signal 9): by a person, or by Linux for want of memory."
                : "The worker was ended by signal %d.".formatted(signal);
    }

    static String endedWithCode(int code) {
        return "The worker ended with exit code %d.".formatted(code);
    }

    static String tookTooLong(Duration limit) {
        return "The worker was not done after %d s.".formatted(limit.toSeconds());
    }

    private UnitWorker() {}
}
