# A driver for L4Re's buses (systems/vbus.cfg, programs/vbus_driver.c): by
# <l4/vbus/vbus.h> and <l4/io/io.h> it finds its devices, and works with them.
from devices import disk
from harness import main, run, scratch, system, test


@test("a driver written with L4Re's functions finds and drives its devices")
def _():
    path = disk(scratch)
    with open(path, "r+b") as f:
        f.write(b"a sector, no 0: ")
    r = run("--disk", path, system("vbus")).expect(0)
    for line in ("google,goldfish-rtc, 3 resources, icu 0: reg0 2 irq0 1 dma0 6",
                 "ns16550a, 3 resources, icu 0: reg0 2 irq0 1 dma0 6",
                 "virtio-block, 3 resources, icu 0: reg0 2 irq0 1 dma0 6",
                 "L40009, 0 resources, icu 1:", "the clock has woken me",
                 "the serial port is empty",
                 "the disk begins: a sector, no 0: ", "all as it should be"):
        assert "driver| %s\n" % line in r.out, "%s\n%s" % (line, r)


main()
