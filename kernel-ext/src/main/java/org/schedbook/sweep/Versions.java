package org.schedbook.sweep;

import org.schedbook.bench.Bench;
import org.schedbook.session.TargetChoice;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestImage;
import org.schedbook.units.CodeHash;

/**
 * What a figure depends on besides what is measured.
 *
 * @param schedbook the hash of the classes that measure
 * @param java the version of Java
 * @param guest the image and the payload of the guest; empty where there is no guest
 */
record Versions(String schedbook, String java, String guest) {

    private static final class Code {
        static final String HASH = CodeHash.of(Bench.class);
    }

    /**
     * Returns those of this process.
     *
     * @throws TargetException if there is no guest image for a target that wants one
     */
    static Versions of(TargetChoice target) throws TargetException {
        return new Versions(
                Code.HASH, Runtime.version().toString(), target.guest().isPresent() ? image() : "");
    }

    private static String image() throws TargetException {
        GuestImage image = GuestImage.find("current");
        return image.root().getParent().getFileName() + " " + image.payload().getFileName();
    }
}
