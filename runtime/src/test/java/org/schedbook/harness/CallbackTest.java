package org.schedbook.harness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.util.EnumSet;
import org.junit.jupiter.api.Test;
import org.schedbook.bpf.wire_h;
import org.schedbook.policy.Policy;
import org.schedbook.policy.Task;

class CallbackTest {

    @Test
    void kindsOfRecordsAreInTheOrderOfTheWire() {
        assertSame(Callback.ENQUEUE, Callback.ofKind(wire_h.QUEUED_ENQUEUE()));
        assertSame(Callback.RUNNABLE, Callback.ofKind(wire_h.QUEUED_RUNNABLE()));
        assertSame(Callback.RUNNING, Callback.ofKind(wire_h.QUEUED_RUNNING()));
        assertSame(Callback.STOPPING, Callback.ofKind(wire_h.QUEUED_STOPPING()));
        assertSame(Callback.QUIESCENT, Callback.ofKind(wire_h.QUEUED_QUIESCENT()));
        assertSame(Callback.DEQUEUE, Callback.ofKind(wire_h.QUEUED_DEQUEUE()));
        assertSame(Callback.TICK, Callback.ofKind(wire_h.QUEUED_TICK()));
        assertSame(Callback.EXIT_TASK, Callback.ofKind(wire_h.QUEUED_EXIT_TASK()));
    }

    @Test
    void whatAClassAndItsParentsOverrideIsFound() {
        class Parent extends Policy {
            @Override
            public void enqueue(Task task, long enqFlags) {}

            @Override
            public void running(Task task) {}
        }
        class Child extends Parent {
            @Override
            public void dispatch(int cpu, Task prev) {}
        }
        assertEquals(
                EnumSet.of(Callback.ENQUEUE, Callback.RUNNING, Callback.DISPATCH),
                Callback.overriddenBy(Child.class));
    }
}
