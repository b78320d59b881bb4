package org.schedbook.magic;

/**
 * A {@code %%prompt} cell.
 *
 * @param name what the policy is to be called
 * @param words what stands below the line
 */
record PromptCell(String name, String words, RequestOptions options) {}
