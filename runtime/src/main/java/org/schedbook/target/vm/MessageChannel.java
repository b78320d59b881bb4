package org.schedbook.target.vm;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.schedbook.policy.ExitInfo;

/**
 * Messages over a byte stream: each is a length (4 bytes, big-endian) and that many bytes of CBOR.
 * Any number of threads may send; one thread receives.
 */
final class MessageChannel {

    /** The longest message taken, in bytes: neither side can fill the other's memory. */
    static final int MAX_LENGTH = 8 << 20;

    /** The longest list: the processes that a command has left. */
    private static final int MAX_LIST = 40_000;

    /** The largest map: the counters of a policy, or its class files. */
    private static final int MAX_MAP = 2_000;

    private static final CBORMapper CBOR =
            CBORMapper.builder(
                            CBORFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(MAX_LENGTH)
                                                    .maxNestingDepth(16)
                                                    .build())
                                    .build())
                    // A record's components are the whole message; isError() and the like are not.
                    .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                    .build();

    private static final ObjectReader READER = CBOR.readerFor(Message.class);
    private static final ObjectWriter WRITER = CBOR.writerFor(Message.class);

    /** Components of these types may be null. */
    private static final Set<Class<?>> OPTIONAL = Set.of(Boolean.class, Long.class, ExitInfo.class);

    private static final ValueLayout.OfInt LENGTH =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final DataInputStream in;
    private final OutputStream out;

    MessageChannel(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Sends one message in one write. */
    void send(Message message) throws IOException {
        byte[] frame = frame(message);
        synchronized (out) {
            out.write(frame);
            out.flush();
        }
    }

    /** Returns a message as it is sent. */
    static byte[] frame(Message message) throws IOException {
        byte[] body = WRITER.writeValueAsBytes(message);
        if (body.length > MAX_LENGTH) {
            throw new IOException("message of %,d bytes is too long".formatted(body.length));
        }
        return ByteBuffer.allocate(Integer.BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    /**
     * Waits for the next message.
     *
     * @throws EOFException if the other side has gone
     * @throws DamagedMessageException if what arrives is no message; the stream is of no use then
     */
    Message receive() throws IOException {
        int length = checked(in.readInt());
        byte[] body = new byte[length];
        in.readFully(body);
        return message(body);
    }

    /**
     * Returns the message whose {@link #frame} is at the beginning of some memory; none if its
     * length is 0.
     */
    static Optional<Message> read(MemorySegment memory) throws IOException {
        int length = checked(memory.get(LENGTH, 0));
        return length == 0
                ? Optional.empty()
                : Optional.of(
                        message(
                                memory.asSlice(LENGTH.byteSize(), length)
                                        .toArray(ValueLayout.JAVA_BYTE)));
    }

    private static int checked(int length) throws IOException {
        if (length < 0 || length > MAX_LENGTH) {
            throw new DamagedMessageException("no message has a length of " + length);
        }
        return length;
    }

    private static Message message(byte[] body) throws IOException {
        if (!CborCheck.isPlainMap(body)) {
            throw new DamagedMessageException("what arrived is no message");
        }
        try {
            Message message = READER.readValue(body);
            checkComplete(message);
            return message;
        } catch (IOException | RuntimeException e) {
            // Jackson lets a few slip through for bytes that are no message.
            throw new DamagedMessageException("a message is damaged: " + e.getMessage(), e);
        }
    }

    /** What is left out of a message is null, which only {@link #OPTIONAL} may be. */
    private static void checkComplete(Object part) throws DamagedMessageException {
        switch (part) {
            case null -> throw new DamagedMessageException("a part of a message is missing");
            case Record whole -> {
                for (RecordComponent component : whole.getClass().getRecordComponents()) {
                    Object value = value(whole, component);
                    if (value != null || !OPTIONAL.contains(component.getType())) {
                        checkComplete(value);
                    }
                }
            }
            case List<?> list -> {
                checkCount(list.size(), MAX_LIST);
                for (Object each : list) {
                    checkComplete(each);
                }
            }
            case Map<?, ?> map -> {
                checkCount(map.size(), MAX_MAP);
                for (Object each : map.values()) {
                    checkComplete(each);
                }
            }
            default -> {}
        }
    }

    private static void checkCount(int parts, int limit) throws DamagedMessageException {
        if (parts > limit) {
            throw new DamagedMessageException("a message has %,d parts of a kind".formatted(parts));
        }
    }

    private static Object value(Record whole, RecordComponent component) {
        try {
            return component.getAccessor().invoke(whole);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("the records of messages are open to this class", e);
        }
    }
}
