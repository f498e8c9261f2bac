-- The bus of events.cfg: all input devices.
local devices = {}
for i = 0, 7 do devices[i + 1] = Io.match("virtio-input", i) end
Io.bus("input", devices)
