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

    /** As Linux 7.3.4 prints it. */
    @Test
    void whatTheKernelWrapsIsReadToItsEnd() {
        Rejection rejection =
                read(
                        """
                        ; s64 w = prev->weight; @ mine.java:9
                        40: (79) r3 = *(u64 *)(r7 +0)
                        R7 invalid mem access 'scalar'

                        Reason:
                          R0 may be NULL here (a nullable map value pointer). The program could dereference NULL on this
                          path, so the verifier cannot prove this access is safe.

                        At:
                          sb_dispatch @ mine.java:9:20
                          Source context:
                              8 | ...
                          >>> 9 |         s64 w = prev->weight;
                                |         ^-- error: invalid dereference of R7 (an integer scalar)
                          Instruction context:
                               38 | (db) lock *(u64 *)(r2 +0) += r1
                          >>>  40 | (79) r3 = *(u64 *)(r7 +0)

                        Causal path:
                          sb_dispatch @ policy_ops.h:115:27
                          >>> 115 |         SB_HAS_DISPATCH(&call, p, args[1]);
                                  |         ^-- update: R7 changed from context pointer

                        Suggestion:
                          Preserve a pointer-valued register where needed, or reload and revalidate the pointer after scalar
                          arithmetic, helper calls, or other operations that can invalidate it.

                        """);
        assertEquals(
                new Rejection(
                        9,
                        20,
                        "s64 w = prev->weight;",
                        "R0 may be NULL here (a nullable map value pointer). The program could"
                                + " dereference NULL on this path, so the verifier cannot prove this"
                                + " access is safe",
                        "Preserve a pointer-valued register where needed, or reload and revalidate"
                                + " the pointer after scalar arithmetic, helper calls, or other"
                                + " operations that can invalidate it."),
                rejection);
    }

    /** As Linux 7.3.4 prints it: where it happened is ours, and so is the first of the path. */
    @Test
    void thePathToWhatHappenedInOurOwnTextIsReadToItsEnd() {
        Rejection rejection =
                read(
                        """
                        ; struct task_struct *p = (void *)enqFlags; sb_insert(p, 1, 2, 0); @ mine.java:3
                        40: (55) if r7 != 0x0 goto pc+5
                        ; scx_bpf_dsq_insert___v2___ksym(p, dsq_id, slice, enq_flags); @ kernel.h:159
                        57: (85) call scx_bpf_dsq_insert___v2#105851
                        Reason:
                          The first argument (R1) to scx_bpf_dsq_insert___v2 does not satisfy the verifier contract: the
                          kfunc expects a pointer to (struct task_struct), but this argument is an integer scalar and cannot
                          be used as that kernel object pointer.

                        At:
                          sb_enqueue @ kernel.h:159:3
                          >>> 159 |                 scx_bpf_dsq_insert___v2___ksym(p, dsq_id, slice, enq_flags);

                        Causal path:
                          sb_enqueue @ policy_ops.h:115:27
                          >>> 115 |         SB_HAS_ENQUEUE(&call, p, args[1]);

                          sb_enqueue @ mine.java:3:47
                          >>> 3 |     struct task_struct *p = (void *)enqFlags; sb_insert(p, 1, ...

                        Suggestion:
                          Pass a pointer.

                        """);
        assertEquals(3, rejection.line());
        assertEquals(47, rejection.column());
        assertEquals(
                "struct task_struct *p = (void *)enqFlags; sb_insert(p, 1, 2, 0);",
                rejection.text());
        assertTrue(
                rejection.reason().endsWith("be used as that kernel object pointer"),
                rejection.reason());
        assertEquals("Pass a pointer.", rejection.suggestion());
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
                "access beyond struct task_struct at off 1000000 size 8 | calculated | by its name",
                "dereference of modified trusted_ptr_ ptr R1 off=8 disallowed | calculated | name",
                "R6 cannot write into ptr_task_struct at off=0 size=8 | kernel's own | variables",
                "only read is supported | kernel's own | variables",
                "invalid func unknown#210 | older | newer",
                "At program exit the register R0 has unknown scalar value | returns | range",
            })
    void whatTheVerifierSaysHasAReasonAndAFix(String words, String reason, String fix) {
        Rejection rejection = read("; x(); @ mine.java:3\n" + words + "\n");
        assertTrue(rejection.reason().contains(reason), rejection.reason());
        assertTrue(rejection.suggestion().contains(fix), rejection.suggestion());
    }
}
