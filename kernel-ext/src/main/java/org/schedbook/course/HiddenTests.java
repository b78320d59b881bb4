package org.schedbook.course;

import java.util.Map;

/**
 * Tests that only a grader has, found with {@link java.util.ServiceLoader} in a jar of their own.
 * What a student is told of one that fails is its hint, and nothing else.
 */
public interface HiddenTests {

    /** Returns the name of the lab that they belong to. */
    String lab();

    /** Returns the tests by the names of parts; those of a part give its hidden points. */
    Map<String, Part.Tests> tests();
}
