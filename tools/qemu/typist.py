"""What happens at the keyboard and the tablet of --events, as in the simulator
(sim-kernel/port/sim/events.c): lines "MS key|abs CODE VALUE", told to QEMU when
their time has come. Times count from the moment both devices have a driver, by
the clock on the wall.
"""
import time

import archive

KEYS = 83  # so far Linux' codes are a PC keyboard's, which QEMU calls numbers
BUTTONS = {272: "left", 273: "right", 274: "middle"}
AXES = {0: "x", 1: "y"}
DEVICES = 2


def parse_line(kind, code, value):
    if kind == "key" and code in BUTTONS:
        return {"type": "btn", "data": {"down": value != 0,
                                        "button": BUTTONS[code]}}
    if kind == "key" and 1 <= code <= KEYS:
        return {"type": "key", "data": {
            "down": value != 0, "key": {"type": "number", "data": code}}}
    if kind == "abs" and code in AXES:
        return {"type": "abs", "data": {"axis": AXES[code], "value": value}}
    raise ValueError


def parse(path):
    """[(seconds, [event ...])]: what happens at one time together."""
    found = []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            try:
                ms, kind, code, value = line.split()
                event = parse_line(kind, int(code), int(value))
                at = int(ms) / 1000
            except ValueError:
                raise archive.BadInput(
                    "%s:%d: no event of a keyboard or tablet (MS key|abs CODE"
                    " VALUE; keys to %d, buttons 272 to 274)"
                    % (path, number, KEYS)) from None
            if found and at < found[-1][0]:
                raise archive.BadInput("%s:%d: the time goes back"
                                       % (path, number))
            if found and found[-1][0] == at:
                found[-1][1].append(event)
            else:
                found.append((at, [event]))
    return found


class Typist:
    def __init__(self, path, monitor):
        self.left = parse(path)
        self.monitor = monitor
        self.start = None

    def devices_have_drivers(self):
        paths = [d["path"] for d in self.monitor.command("x-query-virtio")
                 if d["name"] == "virtio-input"]
        ready = 0
        for path in paths:
            status = self.monitor.command("x-query-virtio-status", path=path)
            ready += any("DRIVER_OK" in s
                         for s in status["status"]["statuses"])
        return ready == DEVICES

    def look(self):
        """Tells what is due."""
        if not self.left or self.monitor.is_stopped():
            return
        if self.start is None:
            if not self.devices_have_drivers():
                return
            self.start = time.monotonic()
        while self.left and self.start + self.left[0][0] <= time.monotonic():
            self.monitor.command("input-send-event",
                                 events=self.left.pop(0)[1])
