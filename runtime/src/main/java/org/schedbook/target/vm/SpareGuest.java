package org.schedbook.target.vm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import org.schedbook.compile.CompileException;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicyCompiler;
import org.schedbook.compile.PolicySource;
import org.schedbook.target.Attachment;
import org.schedbook.target.TargetException;
import org.schedbook.target.host.ProcMemory;

/**
 * At most one guest that waits, started before anybody asks for it. It has attached and detached a
 * policy once, so that the memory this takes is there already. Where memory is short, or no guest
 * of its shape has been saved, there is none. Thread-safe.
 */
public final class SpareGuest implements AutoCloseable {

    private static final Logger LOG = System.getLogger(SpareGuest.class.getName());

    /** What is left to everybody else. */
    private static final long MIN_LEFT_MIB = 1024;

    private Thread preparing;
    private GuestShape shape;
    private VmTarget guest;
    private boolean closed;

    /** Begins to start a spare guest of that shape, unless there is one or it cannot be had. */
    public synchronized void prepare(GuestShape wanted) {
        // A guest whose figures are exact must not have rehearsed anything.
        if (closed || preparing != null || wanted.clock() == Clock.INSTRUCTIONS) {
            return;
        }
        if (guest != null && guest.isAlive() && wanted.equals(shape)) {
            return;
        }
        discard();
        shape = wanted;
        preparing = Thread.ofPlatform().daemon().name("spare-guest").start(() -> start(wanted));
    }

    /** Ends the spare guest, also one that just starts: its memory is wanted elsewhere. */
    public synchronized void giveUp() {
        if (preparing != null) {
            preparing.interrupt();
            preparing = null;
        }
        discard();
    }

    /** Takes the spare guest if there is one of that shape, waiting for one that just starts. */
    public Optional<VmTarget> take(GuestShape wanted) throws InterruptedException {
        Thread starting;
        synchronized (this) {
            starting = preparing;
        }
        if (starting != null) {
            starting.join();
        }
        synchronized (this) {
            if (guest == null || !wanted.equals(shape) || !guest.isAlive()) {
                discard();
                return Optional.empty();
            }
            VmTarget taken = guest;
            guest = null;
            return Optional.of(taken);
        }
    }

    /** Returns how much memory it occupies by itself, in MiB; 0 if there is none. */
    public synchronized long residentMib() {
        return guest == null ? 0 : guest.residentMib().orElse(0);
    }

    private void start(GuestShape wanted) {
        VmTarget started = null;
        try {
            if (VmTarget.start(wanted).isQuick()
                    && ProcMemory.availableMib() > wanted.memoryMib() + MIN_LEFT_MIB) {
                started = VmTarget.boot(wanted);
                rehearse(started);
            }
        } catch (IOException | UncheckedIOException | TargetException | InterruptedException e) {
            // An interrupt may come out of the reading of a file as well.
            LOG.log(Level.DEBUG, "no spare guest", e);
            if (started != null) {
                started.close();
                started = null;
            }
        }
        synchronized (this) {
            if (preparing == Thread.currentThread()) {
                preparing = null;
                guest = started;
                return;
            }
        }
        if (started != null) {
            started.close(); // given up meanwhile
        }
    }

    private static void rehearse(VmTarget guest) throws TargetException, InterruptedException {
        try (Attachment attachment = guest.attach(Rehearsal.POLICY)) {
            attachment.status();
        }
    }

    private void discard() {
        if (guest != null) {
            guest.close();
            guest = null;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        giveUp();
    }

    /** Compiled once, when first needed. */
    private static final class Rehearsal {
        static final CompiledPolicy POLICY;

        static {
            try {
                POLICY = new PolicyCompiler().compile(PolicySource.builtIn("fifo").orElseThrow());
            } catch (CompileException e) {
                throw new AssertionError("policies that come with Schedbook compile", e);
            }
        }
    }
}
