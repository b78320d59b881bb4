package org.schedbook.units;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.schedbook.units.Slurm.Fate;
import org.schedbook.units.Slurm.Task;

class SlurmAnswersTest {

    @Test
    void tasksAreReadAndWhatIsNoneIsLeftOut() {
        Map<Task, Fate> tasks =
                Slurm.read(
                        """
                        7|0|RUNNING|None|0|n1|batch
                        7|1|PENDING|Resources|0||batch
                        8|N/A|RUNNING|None|0|n1|another's
                        9|0|RUNNING|None|0|n1|a|b
                        squeue: a warning
                        """);
        assertEquals(Set.of(new Task("batch", 0), new Task("batch", 1)), tasks.keySet());
        Fate running = tasks.get(new Task("batch", 0));
        assertEquals("7_0", running.id());
        assertTrue(running.isRunning());
        assertFalse(running.hasEnded());
        assertEquals("Resources", tasks.get(new Task("batch", 1)).reason());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    TIMEOUT   | 0   | SBATCH_TIMELIMIT asks for more
                    NODE_FAIL | 0   | Slurm lost the node n1 (NODE_FAIL)
                    FAILED    | 9   | killed (signal 9)
                    FAILED    | 1280| ended with exit code 5
                    COMPLETED | 0   | but there is no result
                    """)
    void anEndIsToldWithSlurmsReason(String state, int status, String words) {
        var fate = new Fate("7_0", state, "None", status, "n1");
        assertTrue(fate.hasEnded());
        assertTrue(fate.why().contains(words), fate.why());
    }
}
