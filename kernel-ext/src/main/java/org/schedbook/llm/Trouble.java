package org.schedbook.llm;

import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;

/** Says what went wrong with a server, in its own words where it has some, and what may help. */
record Trouble(
        Endpoint endpoint,
        Optional<Network.ProxySetting> proxy,
        String model,
        Sampling sampling,
        Instant now) {

    private static final String KEPT = "Run the cell again; what had arrived is kept.";

    private static final Pattern LOADING =
            Pattern.compile(
                    "(?is).*\\b(loading|is being loaded|load(ing)? (the )?model|warming up|starting up"
                            + "|not (yet )?ready|initiali[sz]ing|estimated_time)\\b.*");

    /** What servers say that will be ready in a while, whatever the status they say it with. */
    private static final Pattern LOADING_NOW =
            Pattern.compile(
                    "(?is).*\\b((is|being|still|currently|now) loading|is being loaded|loading (the )?model"
                            + "|(is )?warming up|(is )?starting up)\\b.*");

    /** Nothing to wait for. */
    private static final Pattern NOT_LOADED =
            Pattern.compile(
                    "(?is).*(\\b(fail\\w*|errors?|unable|could ?n[o'\u2019]?t|cannot|can't|problem)\\b.{0,40}\\bload"
                            + "|\\bload\\w*\\b.{0,40}\\b(fail\\w*|error|exception)\\b|not found|no such file).*");

    private static final Pattern COUNTS_BY_NAME =
            Pattern.compile("(?is).*(stream_options|include_usage).*");

    private static final Pattern COUNTS =
            Pattern.compile(
                    "(?is).*(stream_options|include_usage|extra_forbidden|extra (inputs|fields)"
                            + "|additional propert|un(known|recognized|expected|supported)"
                            + " (request )?(argument|field|parameter|property|keyword)s?).*");

    private static final Pattern STREAMING =
            Pattern.compile(
                    "(?is).*(must be verified to stream"
                            + "|['\"`]?stream['\"`]?( parameter)? (does not support|is not supported|must be false|not supported)"
                            + "|stream(ing)?( mode)? (is )?(not (yet )?(supported|available|enabled|allowed)|unsupported|disabled)"
                            + "|(does not|doesn't|cannot) (support )?stream(ing)?\\b).*");

    /** Chat templates say so of some models, and gateways of others. */
    private static final Pattern SYSTEM_ROLE =
            Pattern.compile(
                    "(?is).*(\\b(system|developer)\\b['\"`]?,? ?(role|message|prompt|instruction)s?\\b.{0,40}"
                            + "(not (be )?(supported|enabled|allowed|accepted)|unsupported)"
                            + "|(not support|unsupported|not allow)\\b.{0,60}\\b(system|developer)\\b"
                            + "['\"`]? ?(role|message|prompt|instruction|with)"
                            + "|role.{0,40}(does not support|not supported|unsupported).{0,20}['\"`]?system"
                            + "|['\"`]system['\"`] (is )?(not|un)"
                            + "|roles? must alternate user/assistant).*");

    private static final Pattern CONTEXT =
            Pattern.compile(
                    "(?is).*(context[ _-]*(length|size|window)|maximum context|too many tokens"
                            + "|(prompt|input|request) (is )?too (long|large)|exceeds? .*(context|tokens)"
                            + "|context is [\\d,]+ tokens).*");

    private static final Pattern QUOTA =
            Pattern.compile(
                    "(?is).*(insufficient_quota|insufficient (balance|credit|funds)|billing"
                            + "|exceeded your current quota|payment required).*");

    /** Google says so with status 400. */
    private static final Pattern KEY =
            Pattern.compile(
                    "(?is).*(api[ _-]?key (is )?(not valid|invalid|incorrect|expired|missing)"
                            + "|(invalid|incorrect|missing|no|expired) api[ _-]?key).*");

    private static final Pattern MEMORY =
            Pattern.compile("(?is).*(out of memory|\\boom\\b|more system memory).*");

    private static final Pattern NO_MODEL =
            Pattern.compile(
                    "(?is).*(model_not_found|model.{0,80}(not found|does not exist|not exist|not loaded"
                            + "|unknown|no such)|(unknown|invalid|no such) model|not a valid model).*");

    /** Returns whether the same request may succeed a little later. */
    static boolean mayPass(int status) {
        return status == 408 || status == 409 || status == 429 || status >= 500;
    }

    static boolean isLoading(int status, String words) {
        boolean mayMean =
                status == 0 || status == 503 || status == 425 || status == 429 || status == 409;
        return (mayMean && LOADING.matcher(words).matches()
                        || status >= 500 && LOADING_NOW.matcher(words).matches())
                && !NOT_LOADED.matcher(Words.of(words)).matches();
    }

    /** Returns whether a server does not know that it can be asked to count tokens. */
    static boolean isAboutCounts(int status, String words) {
        return status != 401 && status != 429 && COUNTS_BY_NAME.matcher(words).matches()
                || isBadRequest(status)
                        && COUNTS.matcher(words).matches()
                        && !words.contains("temperature");
    }

    static boolean isAboutStreaming(int status, String words) {
        return status != 401 && status != 429 && STREAMING.matcher(words).matches();
    }

    /** Returns whether a server refuses what is said by the system and not by the user. */
    static boolean isAboutSystemRole(int status, String words) {
        // llama.cpp and vLLM pass on an error of the template's, as one of their own.
        return (isBadRequest(status) || status == 500) && SYSTEM_ROLE.matcher(words).matches();
    }

    /**
     * @param status 0 where a server that says yes says no
     */
    private static boolean isBadRequest(int status) {
        return status == 0 || status == 400 || status == 422;
    }

    /** Returns whether there was no connection, or it was closed before there was an answer. */
    static boolean isConnection(IOException e) {
        return !(e instanceof InterruptedIOException)
                && !(e instanceof SSLException)
                && !(e instanceof EventReader.TooMuchException)
                && (e instanceof SocketException
                        || e instanceof UnknownHostException
                        || isClosed(e));
    }

    private static boolean isClosed(Throwable e) {
        return e instanceof EOFException
                || String.valueOf(e.getMessage()).contains("unexpected end of stream")
                || e.getCause() != null && isClosed(e.getCause());
    }

    /** A server that refused a request. */
    ModelException refused(RefusedException e) {
        // Many bodies begin with the status, too.
        String words = Words.of(e.body()).replaceFirst("^" + e.status() + "\\b[: -]*", "");
        if (Words.isPage(e.body()) && !words.isEmpty()) {
            words = "(a web page) " + words;
        }
        return new ModelException(
                "%s answered with status %d%s"
                        .formatted(endpoint, e.status(), words.isEmpty() ? "." : ": " + words),
                e.retryAfter()
                        .filter(wait -> wait.compareTo(Duration.ofMinutes(1)) > 0)
                        .filter(_ -> !QUOTA.matcher(e.body()).matches())
                        .map(this::later)
                        .orElseGet(() -> advice(e.status(), e.body())),
                "");
    }

    private String later(Duration wait) {
        return "The server asks to be left alone for %s, until %s UTC: run the cell again then."
                .formatted(
                        inWords(wait),
                        now.plus(
                                        wait.compareTo(Duration.ofDays(365)) > 0
                                                ? Duration.ofDays(365)
                                                : wait)
                                .atOffset(ZoneOffset.UTC)
                                .truncatedTo(ChronoUnit.MINUTES)
                                .toLocalDateTime()
                                .toString()
                                .replace('T', ' '));
    }

    private static String inWords(Duration wait) {
        if (wait.toDays() > 1) {
            return wait.toDays() + " days";
        }
        return wait.toHours() > 0
                ? "%d h %d min".formatted(wait.toHours(), wait.toMinutesPart())
                : "%d min".formatted(Math.max(1, wait.toMinutes()));
    }

    /** A server that says in the middle of an answer, or in place of one, that there is none. */
    ModelException said(Answer.SaidException e, String partial) {
        String advice = advice(e.status(), e.getMessage());
        return new ModelException(
                "%s ended %s with an error: %s"
                        .formatted(
                                endpoint,
                                partial.isEmpty() ? "the request" : "its answer",
                                e.getMessage().isBlank()
                                        ? "it does not say which."
                                        : e.getMessage()),
                partial.isEmpty() ? advice : advice + " What had arrived is kept.",
                partial);
    }

    private String advice(int status, String words) {
        if (sampling.temperature().isPresent() && words.contains("temperature")) {
            return "Leave --temperature out: this model has one of its own.";
        }
        if (CONTEXT.matcher(words).matches()) {
            return "The request is longer than the model can read: give your server a context of"
                    + " 12,000 tokens, or try another --model.";
        }
        if (QUOTA.matcher(words).matches()) {
            return "Look at the limits and the credit of your account at the provider's.";
        }
        if (MEMORY.matcher(words).matches()) {
            return "The server has too little memory: a smaller model, or a shorter context, may fit.";
        }
        if (isLoading(status, words)) {
            return "The server was waited for while it loaded the model: look at its log, and run the"
                    + " cell again.";
        }
        if (status != 401 && NO_MODEL.matcher(words).matches()) {
            return checkModel();
        }
        if (KEY.matcher(words).matches()) {
            return checkKey();
        }
        return switch (status) {
            case 0 -> "Read the server's words above; run the cell again, or try another --model.";
            case 301, 302, 303, 307, 308 ->
                    "Set OPENAI_BASE_URL to where it has moved to, and restart the kernel.";
            case 401 -> checkKey();
            case 402 -> "Look at the limits and the credit of your account at the provider's.";
            case 403 ->
                    "The key is valid but may not do this: check the project's rights, and whether the"
                            + " provider serves your region.";
            case 404, 405 -> checkModel();
            case 407 -> "Put your name and password for the proxy into HTTPS_PROXY or HTTP_PROXY.";
            case 413 ->
                    "The request is longer than the server takes: try another --model, or raise the"
                            + " server's limit.";
            case 429 -> "Wait a little, or check the account's limits, and run the cell again.";
            default ->
                    status >= 500
                            ? "The trouble is on the server's side: run the cell again later."
                            : "Read the server's words above; another --model may do.";
        };
    }

    private String checkKey() {
        return endpoint.apiKey().isEmpty()
                ? "Set OPENAI_API_KEY and restart the kernel."
                : "Check OPENAI_API_KEY and restart the kernel.";
    }

    private String checkModel() {
        return "Check the model's name ('%s') and OPENAI_BASE_URL, which usually ends in /v1."
                .formatted(model);
    }

    /** A connection that there is none of, or that ended too early. */
    ModelException broken(IOException e, String partial) {
        boolean begun = !partial.isEmpty();
        if (e instanceof EventReader.TooMuchException) {
            return new ModelException(
                    "%s sent %s, and was stopped.".formatted(endpoint, e.getMessage()),
                    begun
                            ? "No policy is as long as that: try another --model. What had arrived is"
                                    + " kept."
                            : "Check that OPENAI_BASE_URL is an OpenAI-compatible API.",
                    partial);
        }
        Optional<ModelException> untrusted = begun ? Optional.empty() : untrusted(e);
        if (untrusted.isPresent()) {
            return untrusted.get();
        }
        if (isSilence(e)) {
            return new ModelException(
                    "%s has been silent for too long%s."
                            .formatted(endpoint, begun ? ", mid-answer" : ""),
                    begun ? KEPT : "Run the cell again, or try another --model.",
                    partial);
        }
        if (begun) {
            return new ModelException(
                    "The answer of %s broke off: %s".formatted(endpoint, reason(e)), KEPT, partial);
        }
        if (proxy.isPresent()) {
            return broken(e, proxy.get());
        }
        return new ModelException(
                "%s cannot be reached: %s".formatted(endpoint, reason(e)),
                "Check OPENAI_BASE_URL and that the server is running."
                        + (e instanceof UnknownHostException
                                ? " If only a proxy knows the way, set HTTPS_PROXY (HTTP_PROXY for an"
                                        + " http:// address) and restart the kernel."
                                : ""),
                partial);
    }

    private ModelException broken(IOException e, Network.ProxySetting proxy) {
        if (isUnreachable(e, proxy)) {
            // Of a SOCKS proxy that is not known there is the name alone.
            String reason =
                    proxy.place().host().equals(e.getMessage())
                            ? "there is no host " + e.getMessage() + "."
                            : reason(e);
            return new ModelException(
                    "The proxy that %s names, %s, cannot be reached: %s"
                            .formatted(proxy.variable(), proxy.place(), reason),
                    "Check %s and that the proxy is running, or name the server in NO_PROXY, and"
                                    .formatted(proxy.variable())
                            + " restart the kernel.",
                    "");
        }
        return new ModelException(
                "%s cannot be reached through the proxy that %s names, %s: %s"
                        .formatted(
                                endpoint,
                                proxy.variable(),
                                proxy.place(),
                                // As Java then tries SOCKS 4, for which a name is to be known here.
                                e instanceof UnknownHostException
                                        ? "it does not speak SOCKS 5."
                                        : reason(e)),
                "Check OPENAI_BASE_URL, and whether the proxy may ask that server. One that needs no"
                        + " proxy goes into NO_PROXY.",
                "");
    }

    /** Returns whether there was no connection to a proxy; what is behind it, it says itself. */
    private static boolean isUnreachable(IOException e, Network.ProxySetting proxy) {
        if (proxy.isSocks()) {
            return e instanceof SocketException
                    && !String.valueOf(e.getMessage()).contains("SOCKS")
                    && !isClosed(e);
        }
        return e instanceof ConnectException
                || e instanceof NoRouteToHostException
                || e instanceof UnknownHostException
                || e instanceof InterruptedIOException;
    }

    private static boolean isSilence(IOException e) {
        boolean connecting = String.valueOf(e.getMessage()).toLowerCase().contains("connect");
        return e instanceof InterruptedIOException && !connecting;
    }

    private Optional<ModelException> untrusted(IOException e) {
        if (!(e instanceof SSLException)) {
            return Optional.empty();
        }
        if (String.valueOf(e.getMessage()).contains("Unsupported or unrecognized SSL message")) {
            return Optional.of(
                    new ModelException(
                            endpoint + " does not speak TLS.",
                            "Write http:// in place of https:// in OPENAI_BASE_URL, and restart the"
                                    + " kernel.",
                            ""));
        }
        boolean certificate = e.getMessage() != null && e.getMessage().contains("not verified");
        for (Throwable each = e; each != null; each = each.getCause()) {
            certificate |= each instanceof CertificateException;
        }
        return Optional.of(
                certificate
                        ? new ModelException(
                                "The certificate of %s is not trusted: %s"
                                        .formatted(endpoint, reason(e)),
                                "If the server, or the proxy before it, is your own or your"
                                        + " organisation's, set SSL_CERT_FILE to its certificate (PEM)"
                                        + " and restart the kernel.",
                                "")
                        : new ModelException(
                                "No TLS connection to %s: %s".formatted(endpoint, reason(e)),
                                "Check whether OPENAI_BASE_URL begins with https:// or http://.",
                                ""));
    }

    /** Returns the innermost reason, in words for people where the library's are not. */
    private static String reason(Throwable e) {
        if (e instanceof UnknownHostException unknown) {
            return "there is no host "
                    + String.valueOf(unknown.getMessage()).replaceFirst(":.*", "")
                    + ".";
        }
        if (isClosed(e)) {
            return "it closed the connection without an answer.";
        }
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        if (root instanceof ConnectException || root instanceof NoRouteToHostException) {
            return root.getMessage() + ".";
        }
        if (root instanceof ProtocolException) {
            return "it does not speak HTTP as it should (" + root.getMessage() + ").";
        }
        String message =
                root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return message.lines().findFirst().orElse("").strip();
    }
}
