package org.schedbook.target.vm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** What a guest sends: each is a message, or damaged, and nothing else. */
public final class MessageFuzz {

    public static void fuzzerTestOneInput(byte[] body) {
        byte[] frame =
                ByteBuffer.allocate(Integer.BYTES + body.length)
                        .putInt(body.length)
                        .put(body)
                        .array();
        var channel =
                new MessageChannel(
                        new ByteArrayInputStream(frame), OutputStream.nullOutputStream());
        try {
            MessageChannel.frame(channel.receive());
        } catch (DamagedMessageException e) {
            // as it should be
        } catch (IOException e) {
            throw new AssertionError("what was received can not be sent", e);
        }
    }

    private MessageFuzz() {}
}
