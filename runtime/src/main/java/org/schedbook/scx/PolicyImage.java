package org.schedbook.scx;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.schedbook.bpf.wire_h;
import org.schedbook.kernel.ElfObject;
import org.schedbook.kernel.Layout;
import org.schedbook.kernel.Snapshot;
import org.schedbook.libbpf.BpfException;
import org.schedbook.libbpf.BpfObject;

/**
 * What a translated policy's object starts with: its variables and maps hold what the fields hold
 * in Java. {@link #setFields} comes before the object is loaded, {@link #fillArrays} after.
 */
public final class PolicyImage {

    /** Of policy.h. */
    private static final long QUEUES = wire_h.DSQ_GLOBAL() + 0x1000;

    private final BpfObject object;
    private final Map<String, ElfObject.Variable> symbols;
    private final Layout layout;
    private final Snapshot snapshot;

    /**
     * @param symbols of the object
     */
    public PolicyImage(
            BpfObject object,
            Map<String, ElfObject.Variable> symbols,
            Layout layout,
            Snapshot snapshot) {
        this.object = object;
        this.symbols = symbols;
        this.layout = layout;
        this.snapshot = snapshot;
    }

    /** Sets all that the layout names. */
    public void setFields() throws BpfException {
        List<Long> dsqs = snapshot.dsqs();
        set("sb_nr_dsqs", 0, 4, dsqs.size());
        long low = 0;
        for (int i = 0; i < dsqs.size(); i++) {
            set("sb_dsqs", 8 * i, 8, dsqs.get(i));
            low |= dsqs.get(i) < Long.SIZE ? 1L << dsqs.get(i) : 0;
        }
        set("sb_low_dsqs", 0, 8, low);
        for (Layout.Scalar scalar : layout.scalars()) {
            set(scalar.symbol(), 0, size(scalar.type()), snapshot.scalars().get(scalar.symbol()));
        }
        for (Layout.Storage storage : layout.storages()) {
            setInitial(storage.symbol(), storage.members());
        }
        for (Layout.Dictionary map : layout.maps()) {
            if (!map.value().isEmpty()) {
                setInitial(map.symbol(), map.members());
            }
        }
        for (Layout.Array array : arrays()) {
            int length = snapshot.arrays().get(array.symbol()).size();
            object.setMaxEntries(array.symbol(), Math.max(length, 1));
            set("sb_length_" + array.symbol(), 0, 4, length);
        }
        int nrQueues = 0;
        for (Layout.Queue queue : layout.queues()) {
            int count = snapshot.queues().get(queue.symbol());
            set(queue.symbol(), 0, 8, QUEUES + nrQueues);
            if (queue.many()) {
                set("sb_length_" + queue.symbol(), 0, 4, count);
            }
            nrQueues += count;
        }
        set("sb_nr_queues", 0, 4, nrQueues);
    }

    private List<Layout.Array> arrays() {
        var all = new ArrayList<>(layout.arrays());
        all.addAll(layout.tables());
        return all;
    }

    /** Sets what a new state starts with: a structure, laid out as C does. */
    private void setInitial(String symbol, List<Layout.Member> members) throws BpfException {
        int offset = 0;
        List<Long> values = snapshot.states().get(symbol);
        for (int i = 0; i < values.size(); i++) {
            int size = size(members.get(i).type());
            offset = (offset + size - 1) / size * size;
            set("sb_initial_" + symbol, offset, size, values.get(i));
            offset += size;
        }
    }

    /** Writes the elements of arrays, which exist once the object is loaded. */
    public void fillArrays() throws BpfException {
        for (Layout.Array array : arrays()) {
            List<Long> values = snapshot.arrays().get(array.symbol());
            if (!values.isEmpty()) {
                MemorySegment elements = object.elements(array.symbol(), values.size());
                for (int i = 0; i < values.size(); i++) {
                    write(elements, 8L * i, size(array.element()), values.get(i));
                }
            }
        }
    }

    /** Sets a part of a variable; one that nothing uses is not in the object. */
    void set(String variable, int at, int size, long value) throws BpfException {
        ElfObject.Variable symbol = symbols.get(variable);
        if (symbol != null) {
            write(object.initialValue(symbol.section()), symbol.offset() + at, size, value);
        }
    }

    private static int size(char type) {
        return switch (type) {
            case 'J' -> 8;
            case 'I' -> 4;
            case 'S', 'C' -> 2;
            default -> 1;
        };
    }

    private static void write(MemorySegment memory, long at, int size, long value) {
        switch (size) {
            case 8 -> memory.set(JAVA_LONG_UNALIGNED, at, value);
            case 4 -> memory.set(JAVA_INT_UNALIGNED, at, (int) value);
            case 2 -> memory.set(JAVA_SHORT_UNALIGNED, at, (short) value);
            default -> memory.set(JAVA_BYTE, at, (byte) value);
        }
    }
}
