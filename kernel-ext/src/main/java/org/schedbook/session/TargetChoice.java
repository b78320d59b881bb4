package org.schedbook.session;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.schedbook.policy.Topology;
import org.schedbook.target.Availability;
import org.schedbook.target.Target;
import org.schedbook.target.TargetException;
import org.schedbook.target.host.HostTarget;
import org.schedbook.target.sim.CostModel;
import org.schedbook.target.sim.SimMachine;
import org.schedbook.target.sim.SimOptions;
import org.schedbook.target.sim.SimTarget;
import org.schedbook.target.vm.Architecture;
import org.schedbook.target.vm.Clock;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;

/**
 * Where the policies of a notebook are to run: all it takes to start it again as it was, also in
 * JSON, and what can be said of it before it is started.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
    @JsonSubTypes.Type(value = TargetChoice.Vm.class, name = "vm"),
    @JsonSubTypes.Type(value = TargetChoice.Sim.class, name = "sim"),
    @JsonSubTypes.Type(value = TargetChoice.Host.class, name = "host")
})
public sealed interface TargetChoice {

    /**
     * The targets there are, as they are typed, each with the choice that its name alone stands
     * for.
     */
    enum Kind {
        vm(new Vm(GuestShape.DEFAULT)),
        sim(new Sim(SimMachine.flat(Sim.CPUS), SimOptions.DEFAULT)),
        host(new Host());

        private final TargetChoice usual;

        Kind(TargetChoice usual) {
            this.usual = usual;
        }

        public TargetChoice usual() {
            return usual;
        }

        /** Returns the name, as it is typed. */
        public String word() {
            return name();
        }
    }

    Kind kind();

    /** Returns it in a few words, for a person. */
    String label();

    /** Returns about what {@code %target} is told to choose it; for a person to read. */
    String line();

    /**
     * Reads what {@link #line} returned, as reports have it that hold no more. It is not what
     * {@code %target} is told by a person: it names no file, and this machine's own kernel only in
     * so many words.
     *
     * @throws IllegalArgumentException if it is something else
     */
    static TargetChoice parse(String line) {
        if (line.equals("host")) {
            return new Host();
        }
        Matcher guest = GUEST.matcher(line);
        if (guest.matches()) {
            return new Vm(
                    new GuestShape(
                            Integer.parseInt(guest.group(1)),
                            Integer.parseInt(guest.group(2)),
                            guest.group(3).equals(Clock.WALL.label())
                                    ? Clock.WALL
                                    : Clock.INSTRUCTIONS,
                            Optional.ofNullable(guest.group(4))
                                    .flatMap(Architecture::of)
                                    .orElse(null)));
        }
        Matcher simulated = SIMULATED.matcher(line);
        if (!simulated.matches()) {
            throw new IllegalArgumentException("there is no target '" + line + "'");
        }
        return Sim.of(
                simulated.group(1),
                simulated.group(2).equals("kernel")
                        ? SimOptions.Mode.KERNEL
                        : SimOptions.Mode.USER_SPACE,
                SimMachine.flat(1).costs());
    }

    Pattern GUEST =
            Pattern.compile(
                    "vm --cpus (\\d{1,3}) --memory (\\d{1,6})M --clock (wall|instructions)"
                            + "(?: --arch (amd64|arm64))?");

    Pattern SIMULATED = Pattern.compile("sim --topology (\\S+) --mode (kernel|user)");

    /** Starts it. */
    Target open() throws TargetException, InterruptedException;

    /** Says whether it can be used here and now. */
    Availability availability();

    /** Returns the guest that is worth starting before it is asked for; empty if none is. */
    default Optional<GuestShape> guest() {
        return Optional.empty();
    }

    /** Returns whether it is this machine itself that policies schedule there. */
    default boolean isThisMachine() {
        return false;
    }

    /** Returns whether there is the kernel's own scheduler to compare with. */
    default boolean hasEevdf() {
        return true;
    }

    /** Returns a sentence's beginning that says that nothing runs there, as in "No guest runs". */
    String idle();

    /** Returns what else a person should know of it, by what that is about. */
    default Map<String, String> notes() throws InterruptedException {
        return Map.of();
    }

    /** A guest of that shape. */
    record Vm(GuestShape shape) implements TargetChoice {

        @Override
        public Kind kind() {
            return Kind.vm;
        }

        @Override
        public String label() {
            return "vm: %s with %d CPUs and %d MiB%s"
                    .formatted(
                            shape.architecture() == Architecture.HOST
                                    ? "a guest"
                                    : "an " + shape.architecture().label() + " guest",
                            shape.cpus(),
                            shape.memoryMib(),
                            shape.clock() == Clock.INSTRUCTIONS
                                    ? ", its clock a count of instructions"
                                    : "");
        }

        @Override
        public String line() {
            return "vm --cpus %d --memory %dM --clock %s%s"
                    .formatted(
                            shape.cpus(),
                            shape.memoryMib(),
                            shape.clock().label(),
                            shape.architecture() == Architecture.AMD64
                                    ? "" // so that reports read as they did when there was no other
                                    : " --arch " + shape.architecture().label());
        }

        @Override
        public Target open() throws TargetException, InterruptedException {
            return VmTarget.boot(shape);
        }

        @Override
        public Availability availability() {
            return VmTarget.availability();
        }

        @Override
        public Optional<GuestShape> guest() {
            return Optional.of(shape);
        }

        @Override
        public String idle() {
            return "No guest is running";
        }

        @Override
        public Map<String, String> notes() throws InterruptedException {
            var notes = new LinkedHashMap<String, String>();
            if (shape.isOvercommitted()) {
                notes.put(
                        "warning",
                        "the guest has more CPUs than this machine, so some of them wait while"
                                + " others run; figures are labelled with that");
            }
            notes.put("starts", starts());
            return notes;
        }

        private String starts() throws InterruptedException {
            try {
                return VmTarget.start(shape).isQuick()
                        ? "at once: a guest of this shape was saved and is resumed"
                        : "slowly the first time: a guest of this shape is booted and then saved";
            } catch (TargetException e) {
                return e.getMessage() + " " + e.nextStep();
            }
        }
    }

    /** A simulated machine. In JSON it is its topology, its mode and its costs. */
    @JsonIgnoreProperties({"machine", "options"})
    record Sim(SimMachine machine, SimOptions options) implements TargetChoice {

        /** How many CPUs a simulated machine has unless asked for otherwise. */
        public static final int CPUS = 8;

        /** How many one can have. */
        public static final int MAX_CPUS = 1024;

        private static final Pattern TOPOLOGY = Pattern.compile("[1-9]\\d{0,3}(:[1-9]\\d{0,3}){3}");

        /**
         * Returns a simulated machine.
         *
         * @param topology nodes, caches of a node, cores of a cache, threads of a core: {@code
         *     2:1:4:2}
         * @throws IllegalArgumentException if there can be no such machine
         */
        @JsonCreator
        static Sim of(
                @JsonProperty("topology") String topology,
                @JsonProperty("mode") SimOptions.Mode mode,
                @JsonProperty("costs") CostModel costs) {
            if (!TOPOLOGY.matcher(topology).matches()) {
                throw new IllegalArgumentException("'" + topology + "' is no topology");
            }
            int[] n = Stream.of(topology.split(":")).mapToInt(Integer::parseInt).toArray();
            long cpus = (long) n[0] * n[1] * n[2] * n[3];
            if (cpus > MAX_CPUS) {
                throw new IllegalArgumentException("there is no machine with " + cpus + " CPUs");
            }
            return new Sim(
                    SimMachine.of(n[0], n[1], n[2], n[3]).withCosts(costs),
                    SimOptions.DEFAULT.withMode(mode));
        }

        @JsonProperty
        String topology() {
            return shape(machine.topology());
        }

        @JsonProperty
        SimOptions.Mode mode() {
            return options.mode();
        }

        @JsonProperty
        CostModel costs() {
            return machine.costs();
        }

        @Override
        public Kind kind() {
            return Kind.sim;
        }

        @Override
        public String label() {
            return open().machine().caption();
        }

        @Override
        public String line() {
            return "sim --topology %s --mode %s%s"
                    .formatted(
                            topology(),
                            options.mode() == SimOptions.Mode.KERNEL ? "kernel" : "user",
                            machine.costs().equals(SimMachine.flat(1).costs())
                                    ? ""
                                    : " --costs FILE (" + machine.costs().name() + ")");
        }

        /** Simulated machines are regular: each node, cache and core has as many as the next. */
        private static String shape(Topology topology) {
            int nodes = (int) topology.cpus().stream().map(Topology.Cpu::node).distinct().count();
            int llcs = (int) topology.cpus().stream().map(Topology.Cpu::llc).distinct().count();
            int cores = (int) topology.cpus().stream().map(Topology.Cpu::core).distinct().count();
            return "%d:%d:%d:%d"
                    .formatted(nodes, llcs / nodes, cores / llcs, topology.nrCpus() / cores);
        }

        @Override
        public Target open() {
            return new SimTarget(machine, options);
        }

        @Override
        public Availability availability() {
            return Availability.usable(Kind.sim.word(), "the simulator, wherever Java runs");
        }

        @Override
        public boolean hasEevdf() {
            return false;
        }

        @Override
        public String idle() {
            return "No policy is attached to the simulated machine";
        }
    }

    /** This machine's own kernel. */
    record Host() implements TargetChoice {

        @Override
        public Kind kind() {
            return Kind.host;
        }

        @Override
        public String label() {
            return "host: this machine's own kernel";
        }

        @Override
        public String line() {
            return "host";
        }

        @Override
        public Target open() throws TargetException {
            return new HostTarget();
        }

        @Override
        public Availability availability() {
            return HostTarget.availability();
        }

        @Override
        public boolean isThisMachine() {
            return true;
        }

        @Override
        public String idle() {
            return "No policy is attached to this machine";
        }
    }
}
