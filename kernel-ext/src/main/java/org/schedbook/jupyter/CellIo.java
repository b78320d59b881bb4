package org.schedbook.jupyter;

import java.nio.charset.Charset;
import org.dflib.jjava.jupyter.channels.ShellReplyEnvironment;
import org.dflib.jjava.jupyter.kernel.JupyterIO;

/** JJava's input and displays of a cell, which stay with the last cell until there is another. */
final class CellIo extends JupyterIO {

    CellIo(Charset encoding) {
        super(encoding);
    }

    void moveTo(ShellReplyEnvironment reply, boolean stdin) {
        setEnv(reply);
        setJupyterInEnabled(stdin);
    }
}
