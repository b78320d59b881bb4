package org.schedbook.store;

import java.util.Optional;

/**
 * What is written down of an answer that has been tried.
 *
 * @param passed the last gate it passed; empty if none
 * @param failed the gate it did not pass; empty if it passed all
 * @param feedback what that gate found; empty if it passed all
 * @param source the policy in it
 * @param sourceHash SHA-256 of the source
 * @param bytecodeHash see {@code CompiledPolicy.bytecodeHash}; empty if it does not compile
 * @param behaviourHash the same for policies that did the same in the simulator; empty if it did
 *     not come to its end there
 */
public record Outcome(
        Optional<String> passed,
        Optional<String> failed,
        String feedback,
        Optional<String> source,
        Optional<String> sourceHash,
        Optional<String> bytecodeHash,
        Optional<String> behaviourHash) {}
