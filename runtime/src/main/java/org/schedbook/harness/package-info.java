/**
 * The rules of a policy, in one place for all worlds that it can run in: what its verbs accept,
 * what it is blamed for and in which words, which tasks count as forgotten, and for how long a call
 * may last. Whatever runs policies extends {@link org.schedbook.harness.PolicyHarness}, and says
 * only how a decision is carried out there.
 */
package org.schedbook.harness;
