package org.schedbook.jupyter;

import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.channels.ShellChannel;
import org.dflib.jjava.jupyter.channels.ShellHandler;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.messages.MessageContext;
import org.dflib.jjava.jupyter.messages.MessageType;

/** A connection whose replies are {@link CellReply}s. */
final class SchedbookConnection extends JupyterConnection {

    SchedbookConnection(KernelConnectionProperties properties)
            throws NoSuchAlgorithmException, InvalidKeyException {
        super(properties);
        // A full queue drops messages, the one that a cell has ended among them, while a client
        // that
        // waits for the reply reads none of them. What a cell may show is bounded, so this is too.
        iopub.setHWM(0);
    }

    /** An error would end the thread that serves the notebook; an exception JJava logs. */
    @Override
    public <T> void setHandler(MessageType<T> type, ShellHandler<T> handler) {
        super.setHandler(
                type,
                (reply, message) -> {
                    try {
                        handler.handle(reply, message);
                    } catch (Error e) {
                        throw new IllegalStateException(e.toString(), e);
                    }
                });
    }

    @Override
    public ShellReplyEnvironment prepareReplyEnv(ShellChannel channel, MessageContext request) {
        return new CellReply(this, channel, stdin, iopub, request);
    }
}
