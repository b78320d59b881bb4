package org.schedbook.target.vm;

/**
 * Looks through the bytes of a message before Jackson does, in time proportional to their number:
 * it takes what we send and nothing else. Tags in particular, of which we have none, take Jackson
 * quadratic time.
 */
final class CborCheck {

    private static final int MAX_DEPTH = 16;

    private static final int UNSIGNED = 0;
    private static final int NEGATIVE = 1;
    private static final int BYTES = 2;
    private static final int TEXT = 3;
    private static final int ARRAY = 4;
    private static final int MAP = 5;
    private static final int SIMPLE = 7;

    /** As a count of what is left: until a break. */
    private static final long INDEFINITE = -1;

    private static final int BREAK = 0xff;

    private final byte[] bytes;
    private int at;

    /** For each container that is open, how many items are left in it. */
    private final long[] left = new long[MAX_DEPTH];

    private int depth;

    private CborCheck(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Returns whether some bytes are one map of at most our depth, without tags. */
    static boolean isPlainMap(byte[] bytes) {
        return bytes.length > 0
                && (bytes[0] & 0xff) >> 5 == MAP
                && new CborCheck(bytes).isWellFormed();
    }

    private boolean isWellFormed() {
        do {
            if (at == bytes.length) {
                return false;
            }
            int head = bytes[at++] & 0xff;
            if (head == BREAK) {
                if (depth == 0 || left[depth - 1] != INDEFINITE) {
                    return false;
                }
                depth--;
                itemEnded();
            } else if (!item(head >> 5, head & 0x1f)) {
                return false;
            }
        } while (depth > 0);
        return at == bytes.length;
    }

    private boolean item(int major, int info) {
        boolean indefinite = info == 31;
        long argument = indefinite ? INDEFINITE : argument(info);
        if (!indefinite && argument < 0) {
            return false;
        }
        switch (major) {
            case UNSIGNED, NEGATIVE, SIMPLE -> {
                if (indefinite) {
                    return false;
                }
                itemEnded();
            }
            case BYTES, TEXT -> {
                if (indefinite) {
                    return chunks(major);
                }
                if (argument > bytes.length - at) {
                    return false;
                }
                at += (int) argument;
                itemEnded();
            }
            case ARRAY, MAP -> {
                if (depth == MAX_DEPTH || argument > bytes.length) {
                    return false;
                }
                left[depth++] = indefinite ? INDEFINITE : argument * (major == MAP ? 2 : 1);
                closeFull();
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    /** A string in parts, which are of the same kind and of known length. */
    private boolean chunks(int major) {
        while (at < bytes.length) {
            int head = bytes[at++] & 0xff;
            if (head == BREAK) {
                itemEnded();
                return true;
            }
            long length = head >> 5 == major && (head & 0x1f) != 31 ? argument(head & 0x1f) : -1;
            if (length < 0 || length > bytes.length - at) {
                return false;
            }
            at += (int) length;
        }
        return false;
    }

    /** Reads the number in or after the head of an item; negative if there is none. */
    private long argument(int info) {
        if (info < 24) {
            return info;
        }
        int length = info <= 27 ? 1 << info - 24 : bytes.length;
        if (length > bytes.length - at) {
            return -1;
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            value = value << 8 | bytes[at++] & 0xff;
        }
        // Numbers themselves may have all 64 bits; a length that has is far too long anyway.
        return value & Long.MAX_VALUE;
    }

    private void itemEnded() {
        if (depth > 0 && left[depth - 1] != INDEFINITE) {
            left[depth - 1]--;
        }
        closeFull();
    }

    private void closeFull() {
        while (depth > 0 && left[depth - 1] == 0) {
            depth--;
            if (depth > 0 && left[depth - 1] != INDEFINITE) {
                left[depth - 1]--;
            }
        }
    }
}
