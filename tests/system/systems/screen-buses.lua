-- The bus of screen.cfg.
Io.bus("screen", {Io.match("virtio-gpu") or Io.match("qemu,fw-cfg-mmio")})
