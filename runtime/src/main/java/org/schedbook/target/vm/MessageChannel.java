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
import java.nio.ByteBuffer;

/**
 * Messages over a byte stream: each is a length (4 bytes, big-endian) and that many bytes of CBOR.
 * Any number of threads may send; one thread receives.
 */
final class MessageChannel {

    /** The longest message taken, in bytes: neither side can fill the other's memory. */
    static final int MAX_LENGTH = 8 << 20;

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

    private final DataInputStream in;
    private final OutputStream out;

    MessageChannel(InputStream in, OutputStream out) {
        this.in = new DataInputStream(in);
        this.out = out;
    }

    /** Sends one message in one write. */
    void send(Message message) throws IOException {
        write(frame(message));
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

    /** Sends a {@link #frame}. */
    void write(byte[] frame) throws IOException {
        synchronized (out) {
            out.write(frame);
            out.flush();
        }
    }

    /**
     * Waits for the next message.
     *
     * @throws EOFException if the other side has gone
     * @throws IOException if what arrives is no message; the stream is of no use then
     */
    Message receive() throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_LENGTH) {
            throw new IOException("no message has a length of " + length);
        }
        byte[] body = new byte[length];
        in.readFully(body);
        try {
            return READER.readValue(body);
        } catch (RuntimeException e) {
            // Jackson lets a few slip through for bytes that are no message.
            throw new IOException("a message is damaged", e);
        }
    }
}
