package org.schedbook.target.vm;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;

/** In QEMU's place: a guest that greets and then does what its first argument says. */
final class FakeGuest {

    enum Trick {
        NO_MACHINE,
        NO_CPUS,
        TOO_MANY_CPUS,
        OTHER_PROTOCOL,
        NOT_A_HELLO,
        ASKS,
        OTHER_REPLY,
        STATUS_WITHOUT_COUNTERS,
        STATUS_WITHOUT_A_COUNT,
        NO_RESULT,
        BYTES,
        TAGS,
        NEGATIVE_LENGTH,
        WRITES_FOR_EVER,
        ANSWERS_FOR_EVER,
        IS_SILENT,
        HAS_NO_MEMORY,
        READS_NOTHING,
        CUT_SHORT,
        NONE
    }

    private static final Machine MACHINE =
            new Machine("host", "none", "wall", "7.0", 2, 1536, "25");

    private final OutputStream out = System.out;
    private final MessageChannel channel = new MessageChannel(System.in, out);
    private final Trick trick;

    private FakeGuest(Trick trick) {
        this.trick = trick;
    }

    public static void main(String[] args) throws IOException {
        new FakeGuest(Trick.valueOf(args[0])).serve();
    }

    private void serve() throws IOException {
        while (true) {
            Message message = channel.receive();
            if (message instanceof Message.Greet greet) {
                greet(greet.id());
            } else if (message instanceof Message.Request request) {
                answer(request);
            }
        }
    }

    private void greet(long id) throws IOException {
        switch (trick) {
            case NO_MACHINE -> channel.send(new Message.Hello(id, Message.PROTOCOL, null));
            case NO_CPUS -> hello(id, 0);
            case TOO_MANY_CPUS -> hello(id, Integer.MAX_VALUE);
            case OTHER_PROTOCOL -> channel.send(new Message.Hello(id, 0, MACHINE));
            case NOT_A_HELLO -> channel.send(new Message.StateIs(id, "enabled"));
            default -> hello(id, MACHINE.cpus());
        }
        if (trick == Trick.READS_NOTHING
                || (trick == Trick.IS_SILENT || trick == Trick.HAS_NO_MEMORY) && id > 1) {
            sleep();
        }
    }

    private void hello(long id, int cpus) throws IOException {
        var machine = new Machine("host", "none", "wall", "7.0", cpus, 1536, "25");
        channel.send(new Message.Hello(id, Message.PROTOCOL, machine));
    }

    private void answer(Message.Request request) throws IOException {
        long id = request.id();
        switch (trick) {
            case ASKS -> channel.send(new Message.Run(id, List.of("id"), 1000, false, true));
            case OTHER_REPLY -> channel.send(new Message.StateIs(id, "enabled"));
            case STATUS_WITHOUT_COUNTERS -> status(id, null);
            case STATUS_WITHOUT_A_COUNT -> status(id, Collections.singletonMap("nr_x", null));
            case NO_RESULT -> channel.send(new Message.Ran(id, null));
            case BYTES -> frame(new byte[] {1, 2, 3});
            case TAGS -> {
                byte[] tags = new byte[MessageChannel.MAX_LENGTH];
                Arrays.fill(tags, (byte) 0xc1);
                frame(tags);
            }
            case NEGATIVE_LENGTH -> {
                out.write(new byte[] {-1, -1, -1, -1});
                out.flush();
            }
            case WRITES_FOR_EVER -> {
                while (true) {
                    channel.send(new Message.Wrote(id, "x".repeat(100)));
                }
            }
            case ANSWERS_FOR_EVER -> {
                while (true) {
                    channel.send(new Message.StateIs(-1, "enabled"));
                }
            }
            case IS_SILENT -> sleep();
            case HAS_NO_MEMORY -> {
                System.err.println(
                        "Exception in thread \"main\" java.lang.OutOfMemoryError: Java heap space");
                sleep();
            }
            case CUT_SHORT -> {
                out.write(new byte[] {0, 0, 1, 0, 1});
                out.flush();
                System.exit(0);
            }
            default -> obey(request);
        }
    }

    private void obey(Message.Request request) throws IOException {
        long id = request.id();
        channel.send(
                switch (request) {
                    case Message.GetStatus _ ->
                            new Message.StatusIs(
                                    id, new Status("p", "p", "enabled", Map.of(), List.of(), null));
                    case Message.Detach _ ->
                            new Message.Detached(id, new ExitInfo(64, 0, "asked for", "", ""));
                    case Message.Run _ -> new Message.Ran(id, new CommandResult(0, "done", ""));
                    case Message.GetState _ -> new Message.StateIs(id, "disabled");
                    default -> new Message.Attached(id);
                });
    }

    private void status(long id, Map<String, Long> counters) throws IOException {
        channel.send(
                new Message.StatusIs(
                        id, new Status("p", "p", "enabled", counters, List.of(), null)));
    }

    private void frame(byte[] body) throws IOException {
        out.write(ByteBuffer.allocate(4 + body.length).putInt(body.length).put(body).array());
        out.flush();
    }

    private static void sleep() {
        try {
            Thread.sleep(600_000);
        } catch (InterruptedException e) {
            throw new AssertionError("nobody does", e);
        }
    }
}
