package org.schedbook.session;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.function.Supplier;
import org.schedbook.bench.Contender;
import org.schedbook.bench.Workload;
import org.schedbook.bench.Workloads;
import org.schedbook.check.Check;
import org.schedbook.course.Answer;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.store.Store;
import org.schedbook.target.Status;
import org.schedbook.target.TargetException;

/**
 * What a notebook has defined and is doing: its {@link Policies}, the {@link Place} where they run
 * and the {@link Figures} that came of it. One thread at a time uses it; closing it, which may
 * happen meanwhile, ends the target.
 */
public final class Session implements AutoCloseable {

    /** Where a notebook keeps what it was given and what it asked for: beside the notebook. */
    public static final Path DIRECTORY = Path.of(".schedbook");

    /** Answers that come with a notebook, beside it. */
    public static final Recordings RECORDINGS = new Recordings(Path.of("recordings"));

    private static final System.Logger LOG = System.getLogger(Session.class.getName());

    private static Session current;

    private final Path directory;
    private final Policies policies;
    private final Place place;
    private final Figures figures;
    private final boolean grading;
    private final SequencedMap<String, PromptCell> prompts = new LinkedHashMap<>();
    private final Map<String, Answer> answers = new LinkedHashMap<>();
    private final Map<Class<?>, AutoCloseable> beside = new LinkedHashMap<>();
    private Store store;

    public Session() {
        this(DIRECTORY, false);
    }

    /**
     * @param directory where to keep what is kept
     * @param grading whether it is run for a mark: then nothing is kept, and no guest waits
     */
    public Session(Path directory, boolean grading) {
        this.directory = directory;
        this.grading = grading;
        place = new Place(!grading);
        policies = new Policies(directory, this::store);
        figures = new Figures(place, policies, this::store);
    }

    /** Returns the notebook's session; outside a notebook the process's, ended with it. */
    public static synchronized Session current() {
        if (current == null) {
            current(new Session());
            Runtime.getRuntime().addShutdownHook(new Thread(current::close, "schedbook-shutdown"));
        }
        return current;
    }

    /** Makes a session the notebook's, and has names of policies in tests mean its policies. */
    public static synchronized void current(Session session) {
        current = session;
        Check.policiesFrom(session.policies::named);
        Check.kernelFrom(session::onKernel);
    }

    /** A guest that ends meanwhile says nothing of the policy: it is tried in another one. */
    private Status onKernel(String policy, String workload)
            throws TargetException, InterruptedException {
        Workload load;
        try {
            load = Workloads.parse(workload);
        } catch (IllegalArgumentException e) {
            throw new SessionException(e.getMessage(), "%workloads lists what there is.");
        }
        Contender contender = contender(policy);
        try {
            return place.runUnder(contender, load.command());
        } catch (TargetException e) {
            if (place.running().isPresent()) {
                throw e;
            }
            return place.runUnder(contender, load.command());
        }
    }

    /**
     * Returns what can be attached or measured under a name, as {@link Policies#contender} does; on
     * a target {@linkplain Place#decidesInKernel whose policies decide in the kernel}, one that
     * does.
     */
    public Contender contender(String name) throws InterruptedException {
        boolean plain = !name.endsWith(Contender.IN_KERNEL) && !policies.isByHand(name);
        return policies.contender(
                plain && place.decidesInKernel() && !name.equals(Contender.EEVDF.name())
                        ? name + Contender.IN_KERNEL
                        : name);
    }

    /** Returns where the notebook keeps what it keeps; empty if cells are run for a mark. */
    public Optional<Path> directory() {
        return grading ? Optional.empty() : Optional.of(own());
    }

    /** As the store, nothing is kept where a link leads that came with the notebook. */
    private Path own() {
        if (Files.isSymbolicLink(directory)) {
            throw new SessionException(
                    directory + " is a link to somewhere else.",
                    "What a notebook keeps is in a directory of its own: remove the link.");
        }
        return directory;
    }

    public Policies policies() {
        return policies;
    }

    public Place place() {
        return place;
    }

    public Figures figures() {
        return figures;
    }

    /**
     * Returns what is kept beside the notebook, opened when first needed.
     *
     * @throws org.schedbook.store.StoreException if that is not possible
     */
    public Store store() {
        if (store == null) {
            store = grading ? Store.inMemory() : Store.open(directory);
        }
        return store;
    }

    /** Returns whether anything has been kept yet; a look at what there is makes no files. */
    public boolean hasStore() {
        return store != null || Store.isIn(directory);
    }

    /**
     * Returns what goes on beside cells and ends with the session, such as measurements in the
     * background; there is one of each type.
     */
    public synchronized <T extends AutoCloseable> T beside(Class<T> type, Supplier<T> make) {
        return type.cast(beside.computeIfAbsent(type, _ -> make.get()));
    }

    /** Returns whether cells are run for a mark: {@link org.schedbook.course.Grading}. */
    public boolean isGrading() {
        return grading;
    }

    /** Takes an answer to a question of a lab, in place of any other to it. */
    public void answer(Answer answer) {
        answers.put(answer.name(), answer);
    }

    /** Forgets the answer to a question: what stands in its cell now is none. */
    public void withdraw(String name) {
        answers.remove(name);
    }

    /** Returns the answers by the questions' names. */
    public Map<String, Answer> answers() {
        return Collections.unmodifiableMap(answers);
    }

    /** Returns what models cost, as the person has it in a file. */
    public Prices prices() {
        try {
            return Prices.read(own().resolve("prices.csv"));
        } catch (IOException e) {
            throw new SessionException(
                    "The prices cannot be read: " + e.getMessage(),
                    "Correct the file, or delete it: a new one says how it is written.");
        }
    }

    /** Says that a cell has asked for a policy. */
    public void prompted(PromptCell cell) {
        prompts.putLast(cell.name(), cell);
    }

    /** Returns the last cell that asked for a policy. */
    public Optional<PromptCell> lastPrompt() {
        return Optional.ofNullable(prompts.lastEntry()).map(Map.Entry::getValue);
    }

    /** Returns the last cell that asked for a policy of that name. */
    public Optional<PromptCell> lastPrompt(String name) {
        return Optional.ofNullable(prompts.get(name));
    }

    @Override
    public void close() {
        synchronized (this) {
            for (AutoCloseable each : beside.values()) {
                try {
                    each.close();
                } catch (Exception e) {
                    LOG.log(System.Logger.Level.WARNING, "at the end of a session", e);
                }
            }
        }
        place.close();
        if (store != null) {
            store.close();
        }
    }
}
