package org.schedbook.bpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.GroupLayout;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Java's view of the shared records is that of the object the kernel runs. */
class WireTest {

    private final Btf btf = Btf.ofElf(object());

    static Stream<GroupLayout> sharedRecords() {
        return Stream.of(
                queued_task.layout(),
                dispatched_task.layout(),
                backend_config.layout(),
                backend_state.layout(),
                exit_record.layout());
    }

    @ParameterizedTest
    @MethodSource("sharedRecords")
    void layoutIsThatOfTheBuiltObject(GroupLayout layout) {
        Map<String, Btf.Member> members = new LinkedHashMap<>();
        for (MemoryLayout member : layout.memberLayouts()) {
            member.name()
                    .ifPresent(
                            name ->
                                    members.put(
                                            name,
                                            new Btf.Member(
                                                    layout.byteOffset(
                                                            PathElement.groupElement(name)),
                                                    member.byteSize())));
        }
        assertEquals(
                new Btf.Struct(layout.byteSize(), members),
                btf.struct(layout.name().orElseThrow()));
    }

    @Test
    void queuedRecordStartsLikeRustlands() {
        assertEquals(0, queued_task.pid$offset());
        assertEquals(64, queued_task.enq_cnt$offset());
        assertEquals(72, queued_task.comm$offset());
        assertEquals(88, queued_task.kind$offset());
    }

    @Test
    void constantsAreThoseOfTheBuiltObject() {
        // Enums that BPF code uses only by value leave no trace in BTF; queued_kind does.
        Map<String, Integer> enumerators = btf.enumerators();
        assertEquals(wire_h.QUEUED_ENQUEUE(), enumerators.get("QUEUED_ENQUEUE"));
        assertEquals(wire_h.QUEUED_RUNNABLE(), enumerators.get("QUEUED_RUNNABLE"));
        assertEquals(wire_h.QUEUED_RUNNING(), enumerators.get("QUEUED_RUNNING"));
        assertEquals(wire_h.QUEUED_STOPPING(), enumerators.get("QUEUED_STOPPING"));
        assertEquals(wire_h.QUEUED_QUIESCENT(), enumerators.get("QUEUED_QUIESCENT"));
        assertEquals(wire_h.QUEUED_DEQUEUE(), enumerators.get("QUEUED_DEQUEUE"));
        assertEquals(wire_h.QUEUED_TICK(), enumerators.get("QUEUED_TICK"));
        assertEquals(wire_h.QUEUED_EXIT_TASK(), enumerators.get("QUEUED_EXIT_TASK"));
    }

    @Test
    void btfIsSmall() {
        // A whole vmlinux.h would make it 50 times as much, and loading slow.
        assertTrue(object().length < 200_000, () -> "bytes=" + object().length);
    }

    private static byte[] object() {
        try (InputStream in = queued_task.class.getResourceAsStream("schedbook.bpf.o")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
