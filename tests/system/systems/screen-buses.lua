-- The bus of screen.cfg.
Io.bus("screen", {Io.match("qemu,fw-cfg-mmio")})
