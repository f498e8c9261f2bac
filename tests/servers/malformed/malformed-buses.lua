-- The bus of malformed.cfg.
Io.bus("vbus_server", {Io.match("virtio-block", 0)})
