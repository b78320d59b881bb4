package org.schedbook.harness;

import org.schedbook.policy.PolicyException;

/** A DSQ that a policy created. */
public abstract class OwnDsq {

    private enum Order {
        FIFO,
        VTIME
    }

    public final long id;

    /** Place in the order of creation. */
    public final int index;

    private Order order;

    protected OwnDsq(long id, int index) {
        this.id = id;
        this.index = index;
    }

    /** Returns how many tasks wait in it. */
    public abstract int size();

    /**
     * Notes that the DSQ is used with vtime, or without.
     *
     * @throws PolicyException if it has been used the other way
     */
    public final void use(boolean vtime) {
        Order wanted = vtime ? Order.VTIME : Order.FIFO;
        if (order == null) {
            order = wanted;
        } else if (order != wanted) {
            throw new PolicyException(
                    "DSQ %d is used both with insert and with insertVtime; create one for each."
                            .formatted(id));
        }
    }

    protected final boolean isByVtime() {
        return order == Order.VTIME;
    }
}
