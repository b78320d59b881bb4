package org.schedbook.store;

/**
 * What is written down of a request before it is sent.
 *
 * @param run the id of the first request of the same cell; 0 if this is it
 * @param policy what the policy is to be called
 * @param purpose what it is for: {@code write}, {@code repair}, {@code plan} or {@code code}
 * @param repair 0 for a first request, then the number of the repair
 * @param base the policy it starts from
 * @param baseHash SHA-256 of that policy's source
 * @param words what the person typed
 * @param promptHash the version of Schedbook's own text in the request
 * @param endpoint where it goes, without a key
 * @param model what is asked for
 * @param parameters as JSON
 * @param messages as JSON, exactly as sent
 */
public record Request(
        long run,
        String policy,
        String purpose,
        int repair,
        String base,
        String baseHash,
        String words,
        String promptHash,
        String endpoint,
        String model,
        String parameters,
        String messages) {}
