#!/usr/bin/env python3
"""Which tests failed: a few lines for each test of Meson's testlog.json.

    failed.py build/meson-logs/testlog.json

A test program that says which of its cases failed (TAP's "not ok", with the
lines of explanation under it) is quoted; of any other, the last lines are.
Printed at the end of `vitrine test`, where a reader of a long log looks.
"""

import json
import sys

CASES = 4  # of one test program
LINES = 6  # of one case, or of a program without cases
WIDTH = 160
FINE = ("OK", "SKIP", "EXPECTEDFAIL")


def cases(lines):
    """The lines of each failed case: its "not ok" and the '#' lines after."""
    found, within = [], False
    for line in lines:
        text = line.strip()
        if text.startswith("not ok"):
            found.append([text])
            within = True
        elif within and text.startswith("#"):
            found[-1].append(text)
        else:
            within = False
    return found


def describe(test):
    """The lines that say how one test of Meson's log ended."""
    yield f"FAILED {test['name']} ({test['result'].lower()}, {test['duration']:.0f} s)"
    out = (test.get("stdout") or "").splitlines()
    err = (test.get("stderr") or "").splitlines()
    failed = cases(out)
    for case in failed[:CASES]:
        yield from (f"  {line[:WIDTH]}" for line in case[:LINES])
    if len(failed) > CASES:
        yield f"  ... and {len(failed) - CASES} more"
    if not failed or test["result"] == "TIMEOUT":
        tail = [line for line in out + err if line.strip()][-LINES:]
        yield from (f"  {line[:WIDTH]}" for line in tail)


def main():
    with open(sys.argv[1], encoding="utf-8", errors="replace") as log:
        for line in log:
            test = json.loads(line)
            if test["result"] not in FINE:
                print("\n".join(describe(test)))


if __name__ == "__main__":
    main()
