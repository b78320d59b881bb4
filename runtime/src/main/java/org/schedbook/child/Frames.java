package org.schedbook.child;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** What goes between this process and a worker: a kind, a length and that many bytes of CBOR. */
final class Frames {

    /** The worker goes on. */
    static final byte ANSWER = 'a';

    /** The worker wants no further request. */
    static final byte LAST_ANSWER = 'l';

    /** A defect of the worker, in words. */
    static final byte DEFECT = 'd';

    static final byte REQUEST = 'r';

    /** The longest: a simulation of many policies with all of their events. */
    private static final int MAX_LENGTH = 1 << 30;

    static final CBORMapper CBOR =
            CBORMapper.builder(
                            CBORFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxStringLength(MAX_LENGTH)
                                                    .maxNestingDepth(32)
                                                    .build())
                                    .build())
                    // A record's components are the whole message; isError() and the like are not.
                    .disable(MapperFeature.AUTO_DETECT_IS_GETTERS)
                    .addModule(new JavaTimeModule())
                    .build();

    record Frame(byte kind, byte[] body) {}

    static void write(DataOutputStream out, byte kind, byte[] body) throws IOException {
        out.writeByte(kind);
        out.writeInt(body.length);
        out.write(body);
        out.flush();
    }

    static Frame read(DataInputStream in) throws IOException {
        byte kind = in.readByte();
        int length = in.readInt();
        if (length < 0 || length > MAX_LENGTH) {
            throw new IOException("no message has a length of " + length);
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new IOException("a message ends early");
        }
        return new Frame(kind, body);
    }

    private Frames() {}
}
