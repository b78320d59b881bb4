package org.schedbook.bench;

/** A measurement that had to be given up; what had been measured is in it. */
public final class BenchException extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient BenchResult soFar;

    BenchException(String message, BenchResult soFar) {
        super(message);
        this.soFar = soFar;
    }

    /** Returns the samples taken before; some contenders may have none. */
    public BenchResult soFar() {
        return soFar;
    }
}
