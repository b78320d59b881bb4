package org.schedbook.child;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.SynchronousQueue;
import java.util.function.Function;

/** What the process of a {@link Worker} does. */
public final class WorkerLoop {

    /** How long a thread whose work is done may take to end. */
    private static final int GRACE_MS = 50;

    private static final int PARENT_GONE = 4;

    /**
     * Answers requests until the process that asks is gone. After an answer that leaves threads
     * behind it takes no further request.
     */
    public static <Q, A> void serve(Class<Q> questions, Function<Q, A> answer) {
        var out = new DataOutputStream(new FileOutputStream(FileDescriptor.out));
        var requests = new SynchronousQueue<Frames.Frame>();
        // Reads while a request is served, too: the end of the parent is to be noticed then.
        Thread.ofPlatform().daemon().name("worker-requests").start(() -> read(requests));
        try {
            while (true) {
                Q question = Frames.CBOR.readValue(requests.take().body(), questions);
                Set<Thread> before = threads();
                byte[] reply;
                byte kind;
                try {
                    reply = Frames.CBOR.writeValueAsBytes(answer.apply(question));
                    kind = leftThreads(before) ? Frames.LAST_ANSWER : Frames.ANSWER;
                } catch (Throwable t) {
                    var trace = new StringWriter();
                    t.printStackTrace(new PrintWriter(trace));
                    reply = trace.toString().getBytes(StandardCharsets.UTF_8);
                    kind = Frames.DEFECT;
                }
                Frames.write(out, kind, reply);
            }
        } catch (IOException | InterruptedException e) {
            Runtime.getRuntime().halt(PARENT_GONE);
        }
    }

    private static void read(SynchronousQueue<Frames.Frame> requests) {
        try (var in = new DataInputStream(new BufferedInputStream(System.in))) {
            while (true) {
                requests.put(Frames.read(in));
            }
        } catch (IOException | InterruptedException e) {
            // Not exit: what hangs must not keep this process.
            Runtime.getRuntime().halt(PARENT_GONE);
        }
    }

    private static Set<Thread> threads() {
        return Thread.getAllStackTraces().keySet();
    }

    private static boolean leftThreads(Set<Thread> before) throws InterruptedException {
        for (int ms = 0; ms < GRACE_MS; ms++) {
            if (before.containsAll(threads())) {
                return false;
            }
            Thread.sleep(1);
        }
        return true;
    }

    private WorkerLoop() {}
}
