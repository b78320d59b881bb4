package org.schedbook.compile;

/** Makes policies of sources. */
@FunctionalInterface
public interface Compiler {

    /**
     * Compiles and checks a source; its problems are in the coordinates of the source's own text.
     *
     * @throws RefusedException if it compiles and the {@link PolicyCheck} refuses it
     */
    CompiledPolicy compile(PolicySource source) throws CompileException, InterruptedException;
}
