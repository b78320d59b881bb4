/** Language models: a request goes in, text streams out, from an endpoint or from a recording. */
package org.schedbook.llm;
