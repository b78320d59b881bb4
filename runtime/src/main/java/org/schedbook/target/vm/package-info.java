/**
 * A target that is a virtual machine, thrown away after use.
 *
 * <p>The notebook's side is {@link org.schedbook.target.vm.VmTarget}, which starts QEMU on a {@link
 * org.schedbook.target.vm.GuestImage}; the guest's side is {@link
 * org.schedbook.target.vm.GuestAgent}. They exchange {@link org.schedbook.target.vm.Message}s over
 * a virtio-serial port, as docs/guest-protocol.md describes.
 */
package org.schedbook.target.vm;
