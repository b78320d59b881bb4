package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.schedbook.policy.ExitInfo;
import org.schedbook.target.BackgroundProcess;
import org.schedbook.target.CommandResult;
import org.schedbook.target.Machine;
import org.schedbook.target.Status;

class MessageChannelTest {

    static List<Message> messages() {
        var exit = new ExitInfo(64, 0, "unregistered from user space", "", "");
        var status = new Status("p", "schedbook_p", "enabled", Map.of("n", 1L), List.of(), null);
        return List.of(
                new Message.Hello(
                        1, 2, new Machine("host", "none", "wall", "7.3.4", 2, 1536, "25")),
                new Message.Greet(2, 1_795_737_600_000L),
                new Message.Detach(3),
                new Message.GetStatus(4),
                new Message.GetState(5),
                new Message.Run(6, List.of("perf", "bench"), 1000, true, false),
                new Message.Cancel(6),
                new Message.Attached(7),
                new Message.Detached(8, exit),
                new Message.StatusIs(9, status),
                new Message.StateIs(10, "enabled"),
                new Message.Wrote(6, "1.5"),
                new Message.Ran(
                        11,
                        new CommandResult(
                                0,
                                "1.5\n",
                                "",
                                List.of(new BackgroundProcess(612, "yes")),
                                List.of())),
                new Message.Failed(12, "what", "next", "detail", true));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsSentIsReceived(Message message) throws IOException {
        assertEquals(message, channel(sent(message)).receive());
    }

    @Test
    void classFilesArriveByteForByte() throws IOException {
        byte[] classFile = {(byte) 0xca, (byte) 0xfe, 0, -1};
        var attach = new Message.Attach(1, "p", "P", Map.of("P", classFile), "hash", true, null);
        var received = (Message.Attach) channel(sent(attach)).receive();
        assertArrayEquals(classFile, received.classes().get("P"));
    }

    @Test
    void aGuestCannotFillACellWithWords() throws IOException {
        String book = "x".repeat(2 << 20);
        var failed =
                (Message.Failed)
                        channel(sent(new Message.Failed(1, book, book, book, false))).receive();
        assertTrue(failed.message().length() < 3_000);
        assertTrue(failed.nextStep().length() < 3_000);
        assertTrue(failed.detail().length() < 70_000);
        var counters =
                IntStream.range(0, 10_000)
                        .boxed()
                        .collect(Collectors.toMap(i -> "nr_" + i, i -> (long) i));
        var status = new Status("p", "p", "enabled", counters, List.of(), null);
        byte[] sent = sent(new Message.StatusIs(1, status));
        var e = assertThrows(IOException.class, () -> channel(sent).receive());
        assertTrue(e.getMessage().contains("10,000 parts"), e.getMessage());
    }

    @Test
    void messagesKeepTheirOrder() throws IOException {
        var out = new ByteArrayOutputStream();
        var sender = new MessageChannel(new ByteArrayInputStream(new byte[0]), out);
        for (Message message : messages()) {
            sender.send(message);
        }
        var receiver = channel(out.toByteArray());
        for (Message message : messages()) {
            assertEquals(message, receiver.receive());
        }
    }

    @Test
    void theEndOfTheStreamIsToldFromAMessage() {
        assertThrows(EOFException.class, () -> channel(new byte[0]).receive());
    }

    @Test
    void aLengthThatNoMessageHasIsRefusedBeforeMemoryIsTaken() {
        for (int length : new int[] {-1, Integer.MIN_VALUE, MessageChannel.MAX_LENGTH + 1}) {
            byte[] frame = ByteBuffer.allocate(4).putInt(length).array();
            assertThrows(IOException.class, () -> channel(frame).receive());
        }
    }

    @Test
    void whateverTheOtherSideSendsEndsInAMessageOrAnIOException() throws IOException {
        var random = new Random(25);
        byte[] good = sent(messages().get(8));
        assertTimeoutPreemptively(
                Duration.ofSeconds(60),
                () -> {
                    for (int i = 0; i < 20_000; i++) {
                        byte[] bad = good.clone();
                        for (int flips = random.nextInt(1, 5); flips > 0; flips--) {
                            bad[random.nextInt(4, bad.length)] = (byte) random.nextInt();
                        }
                        try {
                            channel(bad).receive();
                        } catch (IOException expected) {
                            // what a damaged message is answered with
                        }
                    }
                });
    }

    @Test
    void tagsAndDepthAndWhatIsNoMapAreRefusedInTimeProportionalToTheirLength() {
        byte[] tags = new byte[MessageChannel.MAX_LENGTH];
        Arrays.fill(tags, (byte) 0xc1);
        byte[] tagsInAMap = tags.clone();
        tagsInAMap[0] = (byte) 0xa1;
        byte[] arrays = new byte[MessageChannel.MAX_LENGTH];
        Arrays.fill(arrays, (byte) 0x81);
        arrays[0] = (byte) 0xa1;
        byte[] endless = new byte[MessageChannel.MAX_LENGTH];
        Arrays.fill(endless, (byte) 0xbf);
        byte[] chunks = new byte[MessageChannel.MAX_LENGTH];
        Arrays.fill(chunks, (byte) 0x60);
        chunks[0] = (byte) 0xbf;
        chunks[1] = (byte) 0x7f;
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    for (byte[] body : List.of(tags, tagsInAMap, arrays, endless, chunks)) {
                        assertThrows(
                                DamagedMessageException.class,
                                () -> channel(framed(body)).receive());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'type':'hello','id':1,'protocol':8,'machine':null}",
                "{'type':'hello','id':1,'protocol':8,'machine':{'target':'vm'}}",
                "{'type':'status','id':1,'status':null}",
                "{'type':'status','id':1,'status':{'policy':'p','ops':null,'state':'','counters':{},'faults':[]}}",
                "{'type':'status','id':1,'status':{'policy':'p','ops':'','state':'','counters':{'n':null},'faults':[]}}",
                "{'type':'ran','id':1,'result':null}",
                "{'type':'ran','id':1,'result':{'exitCode':0,'output':null,'errors':'','left':[],'beside':[]}}",
                "{'type':'ran','id':1,'result':{'exitCode':0,'output':'','errors':'','left':[null],'beside':[]}}",
                "{'type':'wrote','run':1}",
                "{'type':'detached','id':1}",
                "{'type':'failed','id':1,'message':null,'nextStep':'','detail':''}",
                "{'type':'state','id':1}",
                "{'type':'nothing'}",
                "{'id':1}",
                "{'type':'wrote','run':1,'text':'','more':1}"
            })
    void aMessageWithAPartMissingIsNone(String json) throws IOException {
        byte[] body =
                new CBORMapper()
                        .writeValueAsBytes(new ObjectMapper().readTree(json.replace('\'', '"')));
        assertThrows(DamagedMessageException.class, () -> channel(framed(body)).receive());
    }

    private static byte[] framed(byte[] body) {
        return ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] sent(Message message) throws IOException {
        var out = new ByteArrayOutputStream();
        new MessageChannel(new ByteArrayInputStream(new byte[0]), out).send(message);
        return out.toByteArray();
    }

    private static MessageChannel channel(byte[] bytes) {
        return new MessageChannel(new ByteArrayInputStream(bytes), OutputStream.nullOutputStream());
    }
}
