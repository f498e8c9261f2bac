-- The buses of terminal.cfg: what there is of serial ports and consoles.
Io.bus("uart", {Io.match("ns16550a")})
Io.bus("pl011", {Io.match("arm,pl011")})
Io.bus("console", {Io.match("virtio-console")})
