# Services whose C functions need a device (tests/servers/moe has the others).
from harness import main, run, scratch, system, test


@test("each function for screens answers as it should")
def _():
    r = run("--screen", scratch / "screen.ppm", system("screen")).expect(0)
    assert "not ok" not in r.out and "\n1.." in r.out, r


main()
