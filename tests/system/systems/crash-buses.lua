-- The bus of crash.cfg.
Io.bus("one", {Io.match("virtio-block", 0)})
