-- The buses of desktop.cfg. On x86_64 all virtio devices share one page of
-- registers, so each driver could reach the other's; io says so at its start.
Io.bus("disk", {Io.match("virtio-block", 0)})
Io.bus("net", {Io.match("virtio-net", 0)}, {share = true})
