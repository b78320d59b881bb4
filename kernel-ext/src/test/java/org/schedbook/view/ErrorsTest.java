package org.schedbook.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.schedbook.compile.CompileException.Problem;

class ErrorsTest {

    @Test
    void aProblemOfTheWholeIsOneSentence() {
        for (String why : List.of("It is too large", "It is too large.")) {
            var error = Errors.of(List.of(Problem.ofWhole(why)), "p", "does", "%%policy", null);
            assertEquals("p is no policy yet. It is too large.", error.getMessage());
        }
    }
}
