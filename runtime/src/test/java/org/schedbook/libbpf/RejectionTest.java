package org.schedbook.libbpf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RejectionTest {

    private static String log(String lines) {
        return """
        libbpf: prog 'sb_enqueue': BPF program load failed: Permission denied
        libbpf: prog 'sb_enqueue': -- BEGIN PROG LOAD LOG --
        %sprocessed 41 insns (limit 1000000) max_states_per_insn 0 total_states 3
        -- END PROG LOAD LOG --
        libbpf: prog 'sb_enqueue': failed to load: -EACCES
        """
                .formatted(lines);
    }

    private static Rejection read(String lines) {
        return Rejection.of(log(lines), "mine.java").orElseThrow();
    }

    @Test
    void aKernelThatExplainsItselfIsBelieved() {
        assertEquals(
                new Rejection(
                        5,
                        20,
                        "burst.ns = burst.ns * 3 / 4;",
                        "R0 may be NULL here (a nullable map value pointer)",
                        "Add a NULL check before the access."),
                read(
                        """
                        ; burst.ns = burst.ns * 3 / 4; @ mine.java:5
                        12: (79) r1 = *(u64 *)(r0 +0)
                        R0 invalid mem access 'map_value_or_null'
                        Reason:  R0 may be NULL here (a nullable map value pointer).
                        At:      p_enqueue @ mine.java:5:20
                            >>> 5 |         burst.ns = burst.ns * 3 / 4;
                                  |         ^-- error: invalid dereference of R0
                        Causal path:  p_enqueue @ mine.java:4:23
                            >>> 4 |         Burst burst = bursts.get(task);
                        Suggestion: Add a NULL check before the access.
                        """));
    }

    @Test
    void whatHappenedInOurOwnTextIsShownWhereThePolicyReachedIt() {
        Rejection rejection =
                read(
                        """
                        ; insert(task, where, 1, 0); @ mine.java:7
                        Reason:  R1 is unbounded.
                        At:      sb_put @ policy.h:93:2
                            >>> 93 |  dsq_insert(p, dsq, slice, 0);
                        Causal path:  enqueue @ mine.java:7:9
                            >>> 7 |         insert(task, where, 1, 0);
                        """);
        assertEquals(7, rejection.line());
        assertEquals(9, rejection.column());
        assertEquals("insert(task, where, 1, 0);", rejection.text());
    }

    @Test
    void anOlderKernelsWordsAreExplainedAtTheLastLineOfTheSource() {
        Rejection rejection =
                read(
                        """
                        func#0 @0
                        ; Burst burst = bursts.get(task); @ mine.java:4
                        3: (85) call bpf_task_storage_get#156
                        ; burst.ns = burst.ns * 3 / 4; @ mine.java:5
                        4: (79) r1 = *(u64 *)(r0 +0)
                        ; static bool helper() @ policy.h:90
                        R0 invalid mem access 'map_value_or_null'
                        """);
        assertEquals(5, rejection.line());
        assertEquals("burst.ns = burst.ns * 3 / 4;", rejection.text());
        assertEquals(
                "The kernel's verifier rejects the policy at line 5: what was looked up here may be"
                        + " missing, and is used all the same.",
                rejection.sentence());
    }

    @Test
    void aLineWithoutTextStillHasItsNumber() {
        Rejection rejection = read(";  @ mine.java:14\ninfinite loop detected at insn 9\n");
        assertEquals(14, rejection.line());
        assertEquals("", rejection.text());
    }

    @Test
    void aLogThatNamesNoLineOfTheSourceHasNone() {
        Rejection rejection = read("; x(); @ policy.h:3\ninfinite loop detected at insn 9\n");
        assertEquals(0, rejection.line());
        assertTrue(rejection.sentence().startsWith("The kernel's verifier rejects the policy: "));
    }

    @Test
    void wordsThatNobodyKnowsAreQuoted() {
        Rejection rejection = read("; x(); @ mine.java:3\nR7 is of the wrong colour.\n");
        assertEquals(
                "The kernel's verifier rejects the policy at line 3: R7 is of the wrong colour.",
                rejection.sentence());
        assertTrue(rejection.suggestion().contains("own words"), rejection.suggestion());
    }

    @Test
    void theLastProgramIsTheOneThatFailed() {
        String two = log("infinite loop detected\n") + log("; y @ mine.java:2\nR3 !read_ok\n");
        assertEquals(2, Rejection.of(two, "mine.java").orElseThrow().line());
    }

    @Test
    void whatIsNotTheVerifiersIsNoRejection() {
        assertEquals(
                Optional.empty(), Rejection.of("libbpf: elf: not a BPF object\n", "mine.java"));
    }

    @Test
    void aLogThatWasCutIsReadAsFarAsItGoes() {
        String cut = log("; y @ mine.java:2\nR3 !read_ok\n");
        cut = cut.substring(0, cut.indexOf("processed"));
        assertEquals(2, Rejection.of(cut, "mine.java").orElseThrow().line());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "R0 invalid mem access 'map_value_or_null' | looked up | != null",
                "Possibly NULL pointer passed to trusted arg0 | may be null | prev of dispatch",
                "R1 type=trusted_ptr_or_null_ expected=ptr_ | may be null | prev of dispatch",
                "math between map_value pointer and register with unbounded min value is not"
                        + " allowed | index | both ends",
                "invalid access to map value, value_size=8 off=8 size=8 | index | both ends",
                "R2 max value is outside of the allowed memory range | index | both ends",
                "infinite loop detected at insn 12 | no end | Count",
                "BPF program is too large. Processed 1000001 insn | gave up | fewer",
                "recursive call from fact() to fact() | calls itself | loop",
                "combined stack size of 2 calls is 544. Too large | stack | fewer",
                "calling kernel function scx_bpf_create_dsq is not allowed | scx_bpf_create_dsq"
                        + " cannot | init",
                "function call is not allowed before leaving lock region | lock | Leave",
                "R1 must be referenced or trusted | number | queue",
                "R3 invalid mem access 'scalar' | number | queue",
                "Unreleased reference id=3 alloc_insn=7 | given back | way out",
                "R3 !read_ok | no value | declared",
                "invalid func unknown#210 | older | newer",
                "At program exit the register R0 has unknown scalar value | returns | range",
            })
    void whatTheVerifierSaysHasAReasonAndAFix(String words, String reason, String fix) {
        Rejection rejection = read("; x(); @ mine.java:3\n" + words + "\n");
        assertTrue(rejection.reason().contains(reason), rejection.reason());
        assertTrue(rejection.suggestion().contains(fix), rejection.suggestion());
    }
}
