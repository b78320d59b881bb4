package org.schedbook.scx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class TaskTableTest {

    @Test
    void agreesWithAHashMap() {
        Random random = new Random(1);
        TaskTable table = new TaskTable();
        Map<Integer, HostTask> expected = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            int pid = 1 + random.nextInt(4096);
            if (random.nextInt(3) == 0) {
                HostTask task = expected.remove(pid);
                if (task != null) {
                    table.remove(task);
                }
            } else {
                HostTask task = new HostTask(pid, i);
                expected.put(pid, task);
                table.put(task);
            }
            int asked = 1 + random.nextInt(4096);
            assertSame(expected.get(asked), table.get(asked));
        }
        assertEquals(expected.size(), table.size());
        Set<HostTask> visited = new HashSet<>();
        table.forEach(visited::add);
        assertEquals(new HashSet<>(expected.values()), visited);
    }

    @Test
    void removesOnlyTheTaskItself() {
        TaskTable table = new TaskTable();
        HostTask old = new HostTask(7, 1);
        HostTask young = new HostTask(7, 2);
        table.put(old);
        table.put(young);
        table.remove(old);
        assertSame(young, table.get(7));
        table.remove(young);
        assertNull(table.get(7));
        assertEquals(0, table.size());
    }
}
