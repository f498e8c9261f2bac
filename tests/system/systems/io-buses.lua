-- The buses of io.cfg.
Io.bus("disk", {Io.match("virtio-block", 0)})
Io.bus("net", {Io.match("virtio-net", 0)})
Io.bus("empty", {})
