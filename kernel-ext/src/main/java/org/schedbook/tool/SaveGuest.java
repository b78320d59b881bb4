package org.schedbook.tool;

import java.util.concurrent.Callable;
import org.schedbook.target.TargetException;
import org.schedbook.target.vm.GuestShape;
import org.schedbook.target.vm.VmTarget;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Saves the guest that notebooks resume, if it is not saved yet; part of setting up. */
@Command(
        name = "save-guest",
        description = "Boots a guest and saves it, so that later ones resume at once.")
final class SaveGuest implements Callable<Integer> {

    @Option(names = "--check", description = "Save nothing; the exit status says if there is one.")
    private boolean check;

    /** Returns 0 if there is a saved guest in the end, or can be none. */
    @Override
    public Integer call() throws TargetException, InterruptedException {
        if (!check && VmTarget.canBeSaved(GuestShape.DEFAULT)) {
            VmTarget.boot().close();
        }
        return VmTarget.canBeSaved(GuestShape.DEFAULT) ? 1 : 0;
    }
}
