package org.schedbook.target.vm;

/** Saves the guest that notebooks resume, if it is not saved yet; part of {@code ./schedbook}. */
public final class SaveGuest {

    /**
     * Exits with status 0 if there is a saved guest in the end, or can be none.
     *
     * @param args with {@code --check} no guest is saved: the exit status says whether one is
     */
    public static void main(String[] args) throws Exception {
        Snapshot snapshot = VmTarget.snapshot(GuestShape.DEFAULT);
        if (snapshot.isPossible() && !snapshot.exists() && args.length == 0) {
            VmTarget.save(snapshot);
        }
        System.exit(snapshot.exists() || !snapshot.isPossible() ? 0 : 1);
    }

    private SaveGuest() {}
}
