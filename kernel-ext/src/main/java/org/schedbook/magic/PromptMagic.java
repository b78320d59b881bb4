package org.schedbook.magic;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.schedbook.compile.PolicySource;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.kernel.HandWrittenException;
import org.schedbook.llm.Completion;
import org.schedbook.llm.Endpoint;
import org.schedbook.llm.Model;
import org.schedbook.llm.ModelException;
import org.schedbook.llm.OpenAiModel;
import org.schedbook.llm.Prices;
import org.schedbook.llm.Recordings;
import org.schedbook.prompt.DryRun;
import org.schedbook.prompt.Form;
import org.schedbook.prompt.Gates;
import org.schedbook.prompt.GuestTrial;
import org.schedbook.prompt.PolicyPrompt;
import org.schedbook.prompt.RepairLoop;
import org.schedbook.prompt.Verdict;
import org.schedbook.session.Session;
import org.schedbook.session.SessionException;
import org.schedbook.view.Diff;
import org.schedbook.view.Errors;
import org.schedbook.view.PromptView;
import org.schedbook.view.RequestView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %%prompt NAME}: has a language model write a policy. */
@Command(
        description = {
            "Has a language model write a policy from the words in the cell.",
            "",
            "The answer is offered as the next cell, to be read, changed and run. Until that cell is"
                    + " run, the answer is the policy NAME as it came.",
            "",
            "An answer has to compile, to keep to what a policy may do, to schedule every task in the"
                    + " simulator, and to schedule a fresh guest under load for a second. One that"
                    + " does not goes back to the model with what is wrong with it. With --in-kernel"
                    + " it also has to decide in the guest's kernel; with --language bpf it is C,"
                    + " which only has to compile and to do that.",
            "",
            "The model is behind an OpenAI-compatible endpoint: OPENAI_BASE_URL (OpenAI's own unless"
                    + " set), OPENAI_API_KEY, OPENAI_MODEL. Without one, the recorded answers that"
                    + " come with a notebook answer exactly its prompts.",
            ""
        },
        footer = {
            "Examples:",
            "  %%prompt my-policy --from vtime",
            "  Threads that sleep most go first.",
            "",
            "  %%prompt my-policy --in-kernel",
            "  Whoever has waited longest goes first."
        })
final class PromptMagic implements Magic {

    /** CPUs of the machines in the simulator, where no guest is running to be like. */
    private static final int DEFAULT_CPUS = 2;

    /** A longer one is for %diff. */
    private static final int MAX_DIFF_LINES = 60;

    @Parameters(
            paramLabel = "NAME",
            completionCandidates = Candidates.Policies.class,
            description = "What to call the policy.")
    private String name;

    @Mixin private RequestOptions options;

    @Option(
            names = "--repairs",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often the model may correct an answer; 3 unless given.")
    private int repairs;

    @Option(
            names = "--max-cost",
            paramLabel = "USD",
            description =
                    "Ask for no repair once the answers have cost this much. Needs the model's price"
                            + " in .schedbook/prices.csv.")
    private Double maxCost;

    @Option(
            names = "--no-attach",
            description = "Do not try the policy in a guest before it is offered.")
    private boolean noAttach;

    @Option(
            names = "--record",
            paramLabel = "DIR",
            description =
                    "Keep the answers there, so that they can be played back without a model.")
    private Path record;

    @Option(names = "--show", description = "Show exactly what would be sent, and send nothing.")
    private boolean show;

    private final Session session;
    private final Map<String, String> environment;

    PromptMagic(Session session, Map<String, String> environment) {
        this.session = session;
        this.environment = environment;
    }

    @Override
    public Object run(MagicCall call) throws ModelException, InterruptedException, IOException {
        if (repairs < 0) {
            throw new CellError("--repairs is a number from 0.").next("Leave it out for 3.");
        }
        var cell = options.cell(name, call.body());
        PolicyPrompt prompt = cell.prompt(session);
        session.prompted(cell);
        if (show) {
            new RequestView(environment).show(cell, prompt, "those below the line", call);
            return null;
        }
        Optional<Endpoint> endpoint = Endpoint.from(environment);
        if (endpoint.isEmpty()) {
            write(prompt, Session.RECORDINGS, "A record", call);
            return null;
        }
        String asked = cell.options().model(environment).orElseThrow(PromptMagic::noModel);
        try (var client = new OpenAiModel(endpoint.get(), asked, cell.options().sampling())) {
            write(prompt, client, asked, call);
        }
        return null;
    }

    private static CellError noModel() {
        return new CellError("No model is named.")
                .next("Add --model MODEL, or set OPENAI_MODEL and restart the kernel.");
    }

    private void write(PolicyPrompt prompt, Model author, String called, MagicCall call)
            throws ModelException, InterruptedException, IOException {
        Prices prices = session.prices();
        var limits = new RepairLoop.Limits(repairs, maxCost(author, prices));
        var loop =
                new RepairLoop(
                        author,
                        prices,
                        gates(prompt.form()),
                        session.store(),
                        Optional.ofNullable(record).map(Recordings::new));
        var view = new PromptView(call, called, repairs);
        OptionalLong attempt = OptionalLong.empty();
        try (view) {
            RepairLoop.Result result = loop.run(name, prompt, limits, view);
            attempt = OptionalLong.of(result.attempt());
            Verdict verdict = result.verdict();
            if (verdict.failed().isPresent()) {
                unrepaired(view, howItEnded(result), call);
            } else if (verdict.answer().endedEarly()) {
                call.show(
                        "The answer ended early (%s) and is a policy all the same."
                                .formatted(verdict.answer().finishReason()));
            }
        } catch (ModelException e) {
            if (view.source().isEmpty()) {
                throw e;
            }
            unrepaired(view, ", and no repair came: " + e.getMessage(), call);
        } finally {
            // Also after an interrupt: what a model wrote is the person's.
            if (view.source().isPresent()) {
                offer(view.source().get(), prompt, attempt, call);
            }
        }
    }

    private OptionalDouble maxCost(Model author, Prices prices) {
        if (maxCost == null) {
            return OptionalDouble.empty();
        }
        OptionalDouble limit = RequestOptions.dollars("--max-cost", maxCost);
        if (!prices.knows(author.name())) {
            throw new CellError(
                            "The price of %s is not known, so --max-cost cannot be kept."
                                    .formatted(author.name()))
                    .next("Add a line for it to .schedbook/prices.csv.");
        }
        return limit;
    }

    private Gates gates(Form form) {
        int cpus = session.place().running().map(t -> t.machine().cpus()).orElse(DEFAULT_CPUS);
        return Gates.of(
                form,
                session.policies().compiler(),
                new DryRun(cpus),
                noAttach
                        ? Optional.empty()
                        : Optional.of(new GuestTrial(session.place()::separateGuest)));
    }

    private String howItEnded(RepairLoop.Result result) {
        Completion answer = result.verdict().answer();
        String early =
                answer.endedEarly() ? " (it ended early: %s)".formatted(answer.finishReason()) : "";
        return early + whyNoMore(result);
    }

    private String whyNoMore(RepairLoop.Result result) {
        if (result.outOfMoney()) {
            return result.costUsd().isEmpty()
                    ? ", and it is not known what the answers have cost"
                    : ", and the answers have cost $%.4f%s"
                            .formatted(
                                    result.costUsd().getAsDouble(),
                                    result.verdict().answer().isCounted()
                                            ? ""
                                            : " by an estimate, since the server does not count"
                                                    + " tokens");
        }
        return repairs == 0 ? "" : " after its last repair";
    }

    private void offer(
            PolicySource source, PolicyPrompt prompt, OptionalLong attempt, MagicCall call)
            throws InterruptedException {
        if (prompt.form() == Form.BPF) {
            offerC(source, call);
            return;
        }
        PolicySource base = prompt.current();
        Diff diff = Diff.of(base.name(), base, name, source);
        if (!diff.isEmpty() && diff.size() <= MAX_DIFF_LINES) {
            call.show(diff);
        }
        call.offerNextCell("%%policy " + name + "\n" + source.text().stripTrailing());
        // Whether it compiles, the cell has said already, gate by gate.
        PolicyMagic.define(session, source, "prompt", attempt, call)
                .version()
                .ifPresent(
                        v ->
                                call.show(
                                        "%s is %s; %s from %s."
                                                .formatted(
                                                        name,
                                                        v.label(),
                                                        diff.summary(),
                                                        base.name())));
    }

    /** C is not kept among the versions; what is wrong with it the cell has said already. */
    private void offerC(PolicySource source, MagicCall call) throws InterruptedException {
        call.offerNextCell("%%bpf " + name + "\n" + source.text().stripTrailing());
        try {
            session.policies().defineByHand(source);
            call.show(
                    "%s is compiled; %%attach %s attaches it in the kernel.".formatted(name, name));
        } catch (HandWrittenException | SessionException e) {
            // It stands for the name all the same, and does not compile.
        }
    }

    /** Says that it is the person's turn. */
    private static void unrepaired(PromptView view, String how, MagicCall call) {
        Verdict last = view.last().orElseThrow();
        String what = "The model's answer " + last.failed().orElseThrow().failed() + how;
        if (view.source().isEmpty()) {
            throw new CellError(what + ".")
                    .next(
                            "Say in the cell that you want a class that extends Policy, and run it"
                                    + " again.")
                    .details(last.answer().text());
        }
        // No failure of the cell: front ends insert the next cell only if this one succeeds.
        call.show(
                new Card(what)
                        .row("problems", Errors.text(last.problems()))
                        .row("next", "Correct it in the cell below and run that cell."));
    }
}
