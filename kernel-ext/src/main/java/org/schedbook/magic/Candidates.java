package org.schedbook.magic;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.schedbook.bench.Messaging;
import org.schedbook.bench.Workload;
import org.schedbook.check.Promise;
import org.schedbook.session.PlotKind;
import org.schedbook.session.PromptCell;
import org.schedbook.session.Session;
import org.schedbook.session.Simulated;
import picocli.CommandLine;

/**
 * What Tab offers for the options and parameters of magics: each names one of the classes here as
 * its {@code completionCandidates}, and picocli has this make one when it is needed.
 */
final class Candidates implements CommandLine.IFactory {

    private final Session session;
    private final Map<String, String> environment;

    Candidates(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public <K> K create(Class<K> type) throws Exception {
        if (!Offer.class.isAssignableFrom(type)) {
            return CommandLine.defaultFactory().create(type);
        }
        var offer = (Offer) type.getDeclaredConstructor().newInstance();
        offer.from = this;
        return type.cast(offer);
    }

    /** Values that are found when somebody asks for them. */
    abstract static class Offer implements Iterable<String> {

        private Candidates from;

        @Override
        public Iterator<String> iterator() {
            return values(from.session).iterator();
        }

        abstract Iterable<String> values(Session session);

        Map<String, String> environment() {
            return from.environment;
        }
    }

    /** Policies that can be attached, by name. */
    static final class Policies extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return session.policies().names();
        }
    }

    /** Policies, and the kernel's own scheduler. */
    static final class Contenders extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return session.policies().contenders();
        }
    }

    /** Policies, and each of their versions. */
    static final class Sources extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return session.policies().labels();
        }
    }

    /** Policies of the last simulation, or all where there was none. */
    static final class SimulatedPolicies extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return session.figures()
                    .simulated()
                    .map(Simulated::policies)
                    .orElseGet(() -> List.copyOf(session.policies().names()));
        }
    }

    /** What a policy can promise. */
    static final class Promises extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return Stream.of(Promise.Kind.values()).map(Promise.Kind::word).toList();
        }
    }

    /** Tasks of the last simulation. */
    static final class Tasks extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return session.figures()
                    .simulated()
                    .map(last -> last.of(null).tasks().stream().map(t -> t.pid() + "@").toList())
                    .orElse(List.of());
        }
    }

    /** Workloads, by name. */
    static final class Workloads extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return org.schedbook.bench.Workloads.all().stream().map(Workload::name).toList();
        }
    }

    /** What the simulator has a model of. */
    static final class SimWorkloads extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return SimMagic.names();
        }
    }

    /** What {@code %top} can put on the target. */
    static final class Loads extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return List.of(Messaging.NAME);
        }
    }

    /** What {@code %plot} draws. */
    static final class Plots extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return PlotKind.words();
        }
    }

    /** The model that the environment names. */
    static final class Models extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return PromptCell.environmentModel(environment()).stream().toList();
        }
    }

    /** Which way a figure is better. */
    static final class Better extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return Stream.of(org.schedbook.measure.Better.values())
                    .map(org.schedbook.measure.Better::word)
                    .toList();
        }
    }

    /** What a model can write a policy in. */
    static final class Languages extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return Stream.of(RequestOptions.Language.values()).map(Enum::name).toList();
        }
    }

    /** What {@code %prompt} does. */
    static final class Show extends Offer {
        @Override
        Iterable<String> values(Session session) {
            return List.of(PromptShowMagic.SHOW);
        }
    }
}
