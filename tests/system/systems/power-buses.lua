-- Two programs without devices, and who drives keyboard and tablet, if there
-- are any: a key wakes the machine.
Io.bus("one", {})
Io.bus("two", {})
Io.bus("three", {Io.match("virtio-input", 0), Io.match("virtio-input", 1)})
Io.patience(2000)
