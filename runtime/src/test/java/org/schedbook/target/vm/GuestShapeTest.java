package org.schedbook.target.vm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GuestShapeTest {

    private static final int HERE = Runtime.getRuntime().availableProcessors();

    @ParameterizedTest
    @CsvSource({"0, 1536, 1 to 64", "65, 1536, 1 to 64", "2, 1023, 1024", "2, 65537, 65536"})
    void aShapeThatNoGuestCanHaveIsRefusedWithItsRange(int cpus, int memory, String range) {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new GuestShape(cpus, memory, Clock.WALL));
        assertTrue(e.getMessage().contains(range), e.getMessage());
    }

    @Test
    void figuresOfAGuestWithMoreCpusThanThisMachineAreLabelledWithIt() {
        assertEquals("KVM", new Hardware(Accelerator.KVM, shape(HERE, Clock.WALL)).label());
        assertEquals(
                "KVM, %d CPUs on %d".formatted(HERE + 1, HERE),
                new Hardware(Accelerator.KVM, shape(HERE + 1, Clock.WALL)).label());
    }

    @Test
    void aCountOfInstructionsIsAlwaysEmulatedOneCpuAfterTheOther() {
        for (Accelerator usual : Accelerator.values()) {
            assertEquals(Accelerator.TCG_IN_TURN, Clock.INSTRUCTIONS.accelerator(usual));
            assertEquals(usual, Clock.WALL.accelerator(usual));
        }
        List<String> options =
                new Hardware(Accelerator.TCG_IN_TURN, shape(1, Clock.INSTRUCTIONS)).options();
        assertTrue(options.contains("-icount"), options.toString());
        assertFalse(
                new Hardware(Accelerator.TCG, shape(1, Clock.WALL)).options().contains("-icount"));
    }

    @Test
    void aShapeThatNamesNoArchitectureIsOfAmd64() {
        assertEquals(Architecture.AMD64, new GuestShape(2, 1536, Clock.WALL, null).architecture());
    }

    @Test
    void instructionsAreCountedOfAmd64Alone() {
        var e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new GuestShape(1, 1536, Clock.INSTRUCTIONS, Architecture.ARM64));
        assertTrue(e.getMessage().contains("for amd64, not arm64"), e.getMessage());
    }

    private static GuestShape shape(int cpus, Clock clock) {
        return new GuestShape(cpus, 1536, clock);
    }
}
