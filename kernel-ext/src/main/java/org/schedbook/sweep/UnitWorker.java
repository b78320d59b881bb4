package org.schedbook.sweep;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.SynchronousQueue;

/**
 * The process that measures units: it is given a directory and, a line each, the keys of units in
 * it, and says a key again once there is a result or a note of what prevented one. It ends when
 * whoever gives keys is gone, at once and with all that it has started.
 */
final class UnitWorker {

    private static final int PARENT_GONE = 4;

    public static void main(String[] args) throws IOException, InterruptedException {
        PrintStream answers = System.out;
        System.setOut(System.err); // What libraries print is no answer.
        var directory = new UnitDirectory(Path.of(args[0]));
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

    private static void measure(String key, UnitDirectory directory, UnitRunner runner)
            throws IOException, InterruptedException {
        try {
            directory.finish(runner.run(key, directory.unit(key)));
        } catch (MachineException e) {
            directory.fail(key, e.getMessage());
        } catch (IOException e) {
            directory.fail(key, "The result cannot be written: %s.".formatted(e.getMessage()));
        } catch (RuntimeException e) {
            e.printStackTrace();
            directory.fail(key, "A defect of Schedbook's: %s.".formatted(e));
        }
    }

    private UnitWorker() {}
}
