package org.schedbook.llm;

import java.io.ByteArrayInputStream;
import java.io.IOException;

/** What a model's server streams: an answer, or one of the ways in which there is none. */
public final class StreamFuzz {

    public static void fuzzerTestOneInput(byte[] stream) {
        var answer = new Answer(_ -> {});
        var sink =
                new EventReader.Sink() {
                    @Override
                    public boolean event(String name, String data) {
                        try {
                            answer.add(name, data);
                            return !answer.isDone();
                        } catch (Answer.SaidException | EventReader.TooMuchException e) {
                            return false;
                        }
                    }

                    @Override
                    public void stray(String text) {
                        answer.addStray(text);
                    }
                };
        try {
            new EventReader(new ByteArrayInputStream(stream), sink).read();
        } catch (EventReader.TooMuchException e) {
            // as it should be
        } catch (IOException | InterruptedException e) {
            throw new AssertionError("bytes can be read", e);
        }
    }

    private StreamFuzz() {}
}
