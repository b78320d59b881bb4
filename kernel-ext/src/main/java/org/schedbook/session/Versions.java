package org.schedbook.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.schedbook.compile.CompiledPolicy;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.store.Store;
import org.schedbook.store.StoreException;
import org.schedbook.store.Version;

/** Keeps what the names of policies stand for. */
public final class Versions {

    /**
     * Keeps a source, or says in the cell why that was not possible: the policy is of use anyway.
     *
     * @param compiled empty if it does not compile, or is refused
     * @param origin {@link Version#CELL}, or what the request was for
     * @param attempt the request that it is the answer to
     */
    public static Optional<Version> keep(
            PolicySource source,
            Optional<CompiledPolicy> compiled,
            String origin,
            OptionalLong attempt,
            Session session,
            MagicCall call) {
        try {
            return Optional.of(keep(source, compiled, origin, attempt, session));
        } catch (StoreException e) {
            call.show("This version is not kept. " + e.getMessage() + " " + e.nextStep());
            return Optional.empty();
        }
    }

    /**
     * Keeps a source.
     *
     * @throws StoreException if that is not possible
     */
    public static Version keep(
            PolicySource source,
            Optional<CompiledPolicy> compiled,
            String origin,
            OptionalLong attempt,
            Session session) {
        return session.store()
                .define(
                        source.name(),
                        origin,
                        attempt,
                        source.text(),
                        source.hash(),
                        compiled.map(CompiledPolicy::bytecodeHash));
    }

    /**
     * Returns the source of a policy, or of one of its versions.
     *
     * @param reference {@code NAME} or {@code NAME@NUMBER}
     */
    public static PolicySource source(String reference, Session session) {
        int at = reference.lastIndexOf('@');
        if (at < 0) {
            return session.source(reference);
        }
        String name = reference.substring(0, at);
        try {
            int number = Integer.parseInt(reference.substring(at + 1));
            return session.store()
                    .version(name, number)
                    .map(version -> new PolicySource(name, version.source()))
                    .orElseThrow(() -> noVersion(reference, name, session));
        } catch (NumberFormatException e) {
            throw noVersion(reference, name, session);
        } catch (StoreException e) {
            throw new CellError(e.getMessage()).next(e.nextStep());
        }
    }

    private static CellError noVersion(String reference, String name, Session session) {
        List<String> known = session.store().versions(name).stream().map(Version::label).toList();
        return new CellError("There is no version " + reference + ".")
                .next(
                        known.isEmpty()
                                ? "%history lists the policies that are kept."
                                : "There are: " + String.join(", ", known) + ".");
    }

    /** Returns all references there are. */
    public static List<String> labels(Session session) {
        var labels = new ArrayList<>(session.policyNames());
        if (!Store.isIn(Session.DIRECTORY)) {
            return labels; // A look at what there is makes no files.
        }
        try {
            session.store().versions().forEach(version -> labels.add(version.label()));
        } catch (StoreException e) {
            // The names are of use without the versions.
        }
        return labels;
    }

    private Versions() {}
}
