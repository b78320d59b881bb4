package org.schedbook.jupyter;

/** What the kernel does when the person interrupts a cell, for tests of other packages. */
public final class Interrupts {

    public static boolean of(Magics magics) throws InterruptedException {
        return magics.interrupt();
    }

    private Interrupts() {}
}
