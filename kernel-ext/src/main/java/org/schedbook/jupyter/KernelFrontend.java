package org.schedbook.jupyter;

import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;

/** A running JJava kernel, ours or a stock one, as a {@link Frontend}. */
final class KernelFrontend implements Frontend {

    private final BaseKernel kernel;

    KernelFrontend(BaseKernel kernel) {
        this.kernel = kernel;
    }

    @Override
    public DisplayData render(Object value) {
        return value instanceof DisplayData data
                ? Plain.of(data)
                : kernel.getRenderer().render(value);
    }

    @Override
    public void display(DisplayData data) {
        kernel.display(Plain.of(data));
    }

    @Override
    public void update(DisplayData data) {
        kernel.getIO().display.updateDisplay(Plain.of(data));
    }

    @Override
    public boolean offerNextCell(String source) {
        if (kernel instanceof SchedbookKernel ours) {
            ours.setNextInput(source);
            return true;
        }
        var data = new DisplayData(source);
        data.putHTML("<div>The next cell:</div>" + Html.pre(source));
        kernel.display(data);
        return false;
    }

    @Override
    public Object eval(String source) {
        return kernel.evalBuilder(source).resolveMagics().eval();
    }
}
