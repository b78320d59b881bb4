package org.schedbook.units;

/** What came of a unit, also where that is the failure of a policy. */
public interface UnitResult {

    /** Returns the unit's key. */
    String key();
}
