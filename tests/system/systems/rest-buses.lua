-- The buses of rest.cfg.
Io.bus("disk", {Io.match("virtio-block", 0)})
Io.bus("net", {Io.match("virtio-net", 0)})
Io.bus("screen", {Io.match("virtio-gpu") or Io.match("qemu,fw-cfg-mmio")})
