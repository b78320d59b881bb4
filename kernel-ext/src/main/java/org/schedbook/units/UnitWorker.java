package org.schedbook.units;

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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.SynchronousQueue;
import org.schedbook.bench.Bench;
import org.schedbook.bpf.wire_h;
import org.schedbook.child.ChildJvm;
import org.schedbook.units.Work.Doing;

/**
 * The process that does units. Given a directory alone, it reads the keys of units in it, a line
 * each, says a key again once there is a result or a note of what prevented one, and ends when
 * whoever gives keys is gone, at once and with all that it has started. Given a batch and the
 * number of a task as well, it says each key before it begins with it, and ends after the last.
 */
public final class UnitWorker<U extends Unit> {

    private static final int PARENT_GONE = 4;
    private static final int TOO_LONG = 5;

    private static final int KILLED = 9;

    private final UnitDirectory directory;
    private final Class<U> type;
    private final Doing<U, ?> doing;

    private UnitWorker(UnitDirectory directory, Class<U> type, Doing<U, ?> doing) {
        this.directory = directory;
        this.type = type;
        this.doing = doing;
    }

    /**
     * Is what a worker's main method does.
     *
     * @param args what this package has started it with
     */
    public static <U extends Unit> void run(String[] args, Class<U> type, Doing<U, ?> doing)
            throws IOException, InterruptedException {
        PrintStream answers = System.out;
        System.setOut(System.err); // What libraries print is no answer.
        var directory = UnitDirectory.ofDriver(Path.of(args[0]));
        var worker = new UnitWorker<U>(directory, type, doing);
        if (args.length == 1) {
            worker.doAsTold(answers);
        } else {
            worker.doBatch(args[1], Integer.parseInt(args[2]), answers);
            System.exit(0); // with the processes that were started for it
        }
    }

    private void doAsTold(PrintStream answers) throws IOException, InterruptedException {
        var keys = new SynchronousQueue<String>();
        // Reads while a unit is done, too: the end of the driver is to be noticed then.
        Thread.ofPlatform().daemon().name("keys").start(() -> read(keys));
        while (true) {
            String key = keys.take();
            doUnit(key);
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
    private void doBatch(String id, int task, PrintStream answers)
            throws IOException, InterruptedException {
        Optional<Batch> batch = directory.batch(id);
        if (batch.isEmpty()) {
            return; // All of it has come to an end meanwhile.
        }
        for (Batch.Attempt each : batch.get().tasks().get(task)) {
            String key = each.key();
            if (!directory.isFinished(key)) {
                answers.println(key);
                Thread watch = Thread.ofPlatform().daemon().start(() -> watch(key));
                doUnit(key);
                watch.interrupt();
            }
        }
    }

    private void watch(String key) {
        try {
            Duration limit = directory.unit(key, type).limit();
            Thread.sleep(limit);
            directory.fail(key, tookTooLong(limit));
        } catch (InterruptedException | MachineException e) {
            return; // It has come to an end.
        } catch (IOException e) {
            // The exit code is all that there is to say.
        }
        Runtime.getRuntime().halt(TOO_LONG);
    }

    private void doUnit(String key) throws IOException, InterruptedException {
        try {
            directory.finish(doing.run(key, directory.unit(key, type)));
        } catch (MachineException e) {
            directory.fail(key, e.getMessage());
        } catch (IOException e) {
            directory.fail(key, "The result cannot be written: %s.".formatted(UnitRun.words(e)));
        } catch (RuntimeException e) {
            e.printStackTrace();
            directory.fail(key, "A defect of Schedbook's: %s.".formatted(e));
        }
    }

    /**
     * Returns how a worker is started.
     *
     * @param main the class whose main method calls {@link #run}
     */
    public static ChildJvm jvm(Class<?> main, int heapMib, List<String> options) {
        var all = new ArrayList<String>();
        all.add("-XX:TieredStopAtLevel=1"); // others do what takes long
        all.addAll(options);
        return new ChildJvm(
                main,
                heapMib,
                all,
                List.of(
                        UnitWorker.class,
                        Bench.class,
                        wire_h.class,
                        JsonMapper.class,
                        JsonFactory.class,
                        JsonProperty.class,
                        CBORMapper.class,
                        Jdk8Module.class,
                        JavaTimeModule.class));
    }

    /** Returns the name of this machine. */
    public static String node() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            return "localhost";
        }
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
}
