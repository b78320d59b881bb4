package org.schedbook.session;

import org.schedbook.schedule.Schedule;

/**
 * What a kernel's scheduler did, as {@code %record} has it.
 *
 * @param title what ran, one line
 * @param schedule who ran where and when
 */
public record Recorded(String title, Schedule schedule) {}
