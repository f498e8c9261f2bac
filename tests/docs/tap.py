"""TAP for the tests of this folder."""
count = failures = 0


def fact(holds, name, said=""):
    global count, failures
    count += 1
    failures += not holds
    print("%s %d - %s" % ("ok" if holds else "not ok", count, name),
          flush=True)
    if not holds:
        print("# " + str(said).replace("\n", "\n# "), flush=True)


def done():
    print("1..%d" % count)
    return 1 if failures else 0
