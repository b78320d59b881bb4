package org.schedbook.target.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server gives one of its users is what there is, however large the server. */
class CgroupMemoryTest {

    @TempDir Path directory;

    private OptionalLong room(String membership) throws IOException {
        Path file = Files.writeString(directory.resolve("cgroup"), membership);
        return new CgroupMemory(file, directory.resolve("fs")).room();
    }

    private void group(String path, String limit, long usage, long cache) throws IOException {
        Path group = Files.createDirectories(directory.resolve("fs" + path));
        Files.writeString(group.resolve("memory.max"), limit + "\n");
        Files.writeString(group.resolve("memory.current"), usage + "\n");
        Files.writeString(
                group.resolve("memory.stat"),
                "active_file 7\ninactive_file %d\nslab 1\n".formatted(cache));
    }

    @Test
    void theTightestOfTheGroupsAboveCounts() throws IOException {
        group("/user.slice", "1000", 400, 100);
        group("/user.slice/user-1000.slice", "5000", 300, 0);
        group("/user.slice/user-1000.slice/hub.service", "max", 300, 0);
        assertEquals(OptionalLong.of(700), room("0::/user.slice/user-1000.slice/hub.service\n"));
        group("/user.slice/user-1000.slice/hub.service", "500", 300, 50);
        assertEquals(OptionalLong.of(250), room("0::/user.slice/user-1000.slice/hub.service\n"));
    }

    @Test
    void whereNoGroupHasALimitThereIsNone() throws IOException {
        group("/a", "max", 1, 1);
        assertTrue(room("0::/a\n").isEmpty());
        assertTrue(room("0::/of/another/namespace\n").isEmpty());
        assertTrue(room("").isEmpty());
        assertTrue(room("nonsense\n0:\n0::\n0::relative\n").isEmpty());
    }

    @Test
    void aGroupThatIsPastItsLimitHasNothingLeft() throws IOException {
        group("/a", "1000", 1200, 0);
        assertEquals(OptionalLong.of(0), room("0::/a\n"));
    }

    @Test
    void aContainerSeesItsOwnGroupAtTheRoot() throws IOException {
        group("", "1000", 100, 0);
        assertEquals(OptionalLong.of(900), room("0::/\n"));
        assertEquals(OptionalLong.of(900), room("0::/kubepods/pod1/of-outside\n"));
    }

    @Test
    void theFirstVersionIsRead() throws IOException {
        Path group = Files.createDirectories(directory.resolve("fs/memory/job_1"));
        Files.writeString(group.resolve("memory.limit_in_bytes"), "1000\n");
        Files.writeString(group.resolve("memory.usage_in_bytes"), "800\n");
        Files.writeString(group.resolve("memory.stat"), "total_inactive_file 300\n");
        assertEquals(OptionalLong.of(500), room("5:cpu,cpuacct:/x\n4:memory:/job_1\n0::/none\n"));
    }

    @Test
    void aGroupCannotPointOutOfTheHierarchy() throws IOException {
        group("", "max", 0, 0);
        Files.createDirectories(directory.resolve("escaped"));
        Files.writeString(directory.resolve("escaped/memory.max"), "1");
        assertTrue(room("0::/../escaped\n").isEmpty());
    }

    @Test
    void ofThisMachineThereIsSome() throws IOException {
        long available = ProcMemory.availableMib();
        assertTrue(available > 0, available + " MiB");
        assertTrue(available <= ProcMemory.mib(ProcMemory.MACHINE, "MemTotal"));
    }
}
