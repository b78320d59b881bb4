package org.schedbook.magic;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.schedbook.jupyter.Card;
import org.schedbook.jupyter.CellError;
import org.schedbook.jupyter.Magic;
import org.schedbook.jupyter.MagicCall;
import org.schedbook.session.Session;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.Availability;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.Architecture;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code %target}: where policies run. */
@Command(
        description = {
            "Chooses where policies run, and shows where that is now.",
            "",
            "vm is a guest of its own, thrown away after use. sim is no machine at all: everything"
                    + " is simulated. host is the kernel of this machine: it needs root, and a bad"
                    + " policy makes the whole machine slow for up to 30 s.",
            "",
            "With --clock instructions the guest's time is a count of the instructions it executes:"
                    + " figures hardly vary, and tell how much work there was, not how much of it"
                    + " was done at once, since all CPUs share the count and run in turn. They vary"
                    + " least with one CPU, which is what such a guest has unless asked for more.",
            "",
            "With --arch the guest's CPUs are of another kind than this machine's, and emulated:"
                    + " ./schedbook guest add arm64 makes such a guest.",
        },
        footer = {
            "Examples:",
            "  %target",
            "  %target vm --cpus 4 --memory 2G",
            "  %target vm --in-kernel",
            "  %target vm --clock instructions",
            "  %target vm --arch arm64",
            "  %target sim --cpus 64 --mode user",
            "  %target host"
        })
final class TargetMagic implements Magic {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})([MG]?)(i?B)?");

    @Parameters(
            arity = "0..1",
            paramLabel = "TARGET",
            description = "Where policies are to run: vm, sim or host.")
    private TargetChoice.Kind kind;

    @Option(
            names = "--cpus",
            paramLabel = "N",
            description = "How many CPUs the guest or the simulation has.")
    private Integer cpus;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            description = "How much memory the guest has, such as 1536M or 2G.")
    private String memory;

    @Option(
            names = "--clock",
            paramLabel = "CLOCK",
            description = "What the guest's time is: wall or instructions.")
    private Clock clock;

    @Option(
            names = "--in-kernel",
            negatable = true,
            description =
                    "Have policies decide in the kernel, as if @kernel stood behind the name of each,"
                            + " until another target is chosen.")
    private Boolean inKernel;

    @Option(
            names = "--arch",
            paramLabel = "ARCH",
            description = "What the guest's CPUs are: amd64 or arm64.")
    private Architecture architecture;

    @Mixin private SimMachineOptions simulated;

    private final Session session;

    TargetMagic(Session session) {
        this.session = session;
    }

    @Override
    public Object run(MagicCall call) throws TargetException, InterruptedException {
        if (kind != null || cpus != null || isOfGuests() || simulated.given()) {
            boolean kept = kind == null && session.place().decidesInKernel();
            choose(choice(), session, call);
            session.place().decideInKernel(kept && hasKernel());
        }
        if (inKernel != null) {
            if (inKernel && !hasKernel()) {
                throw new CellError("The simulator has no kernel to decide in.")
                        .next(
                                "Choose a guest: %target vm --in-kernel. The simulator has policies"
                                        + " decide as in a kernel unless told --mode user.");
            }
            session.place().decideInKernel(inKernel);
        }
        return card();
    }

    private boolean hasKernel() {
        return session.place().choice().kind() != TargetChoice.Kind.sim;
    }

    /** Returns what the line asks for. */
    TargetChoice choice() {
        TargetChoice.Kind now =
                kind != null
                        ? kind
                        : simulated.given()
                                ? TargetChoice.Kind.sim
                                : session.place().choice().kind();
        if (now != TargetChoice.Kind.vm && isOfGuests()
                || now != TargetChoice.Kind.sim && simulated.given()) {
            throw new CellError("That is no option of " + now.word() + ".")
                    .next(
                            "--memory, --clock and --arch are for vm, --topology, --mode and --costs for"
                                    + " sim.");
        }
        return switch (now) {
            case vm -> new TargetChoice.Vm(shape());
            case sim -> new TargetChoice.Sim(simulated.machine(cpus), simulated.options());
            case host -> {
                if (cpus != null) {
                    throw new CellError("This machine has the CPUs that it has.")
                            .next("Leave --cpus out, or choose a guest: %target vm --cpus 4.");
                }
                yield now.usual();
            }
        };
    }

    private boolean isOfGuests() {
        return memory != null || clock != null || architecture != null;
    }

    /** Has policies run on the usual target of a kind, unless they do already. */
    static void choose(TargetChoice.Kind kind, Session session, MagicCall call)
            throws TargetException, InterruptedException {
        if (kind != null && kind != session.place().choice().kind()) {
            choose(kind.usual(), session, call);
        }
    }

    private static void choose(TargetChoice choice, Session session, MagicCall call)
            throws TargetException, InterruptedException {
        if (choice.kind() == TargetChoice.Kind.host) {
            checkHost(session.place().availability(choice.kind()));
        }
        if (choice.equals(session.place().choice())) {
            return;
        }
        if (session.place().attachment().isPresent()) {
            call.show(session.place().attachedName() + " was detached.");
        }
        session.place().choose(choice);
        session.place().prepare();
    }

    private static void checkHost(Availability host) {
        if (!host.usable()) {
            throw new CellError("No policy can be attached to this machine: " + host.what() + ".")
                    .next(host.nextStep() + " Policies run in a guest meanwhile: %target vm.");
        }
    }

    /** Returns the shape of the guest now, with what was asked for changed. */
    private GuestShape shape() {
        GuestShape base = session.place().choice().guest().orElse(GuestShape.DEFAULT);
        if (kind != null && cpus == null && !isOfGuests()) {
            return GuestShape.DEFAULT;
        }
        if (clock == Clock.INSTRUCTIONS && base.equals(GuestShape.DEFAULT)) {
            base = GuestShape.EXACT;
        } else if (clock == Clock.WALL && base.equals(GuestShape.EXACT)) {
            base = GuestShape.DEFAULT;
        }
        try {
            return new GuestShape(
                    cpus == null ? base.cpus() : cpus,
                    memory == null ? base.memoryMib() : mib(memory),
                    clock == null ? base.clock() : clock,
                    architecture == null ? base.architecture() : architecture);
        } catch (IllegalArgumentException e) {
            throw new CellError("There can be no such guest: " + e.getMessage() + ".")
                    .next("Change the number and run the cell again.");
        }
    }

    private static int mib(String size) {
        Matcher matcher = SIZE.matcher(size.toUpperCase(Locale.ROOT).replace("IB", "iB"));
        if (!matcher.matches()) {
            throw new IllegalArgumentException("'" + size + "' is no size such as 1536M or 2G");
        }
        int unit = matcher.group(2).equals("G") ? 1024 : 1;
        return Math.toIntExact(Math.min(Long.parseLong(matcher.group(1)) * unit, 1 << 30));
    }

    private Card card() throws InterruptedException {
        var card = new Card("Target").row("target", session.place().choice().label());
        session.place().choice().notes().forEach(card::row);
        if (session.place().decidesInKernel()) {
            card.row("policies", "decide in the kernel, as if @kernel stood behind their names");
        }
        Optional<Target> running = session.place().running();
        card.row("running", running.map(there -> there.machine().caption()).orElse("no"));
        running.map(Target::residentMib)
                .filter(OptionalLong::isPresent)
                .ifPresent(mib -> card.row("memory in use", mib.getAsLong() + " MiB"));
        if (session.place().spareMib() > 0) {
            card.row(
                    "spare guest",
                    session.place().spareMib() + " MiB, so that the next one is there");
        }
        return card;
    }
}
