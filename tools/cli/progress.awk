# Makes Ninja compact: one line that counts, silence when nothing was to do,
# and compiler messages in full. Exits with Ninja's own code, which comes as
# the last line of the input ("ninja-exit N").
#
# tty=1: the line is overwritten in place; else one line every tenth part.

function clear() {
    if (tty && shown)
        printf "\r\033[K" > "/dev/stderr"
    shown = 0
}

/^ninja-exit / { code = $2; next }
# Ninja runs Meson when a meson.build changed: quiet, unless that fails.
/Regenerating build files/ { meson = 1; held = ""; next }
meson { sub(/.*\r/, "") } # bars of tqdm, where Meson has it
meson && /^Cleaning\.\.\./ { meson = 0; held = ""; next }
meson && !/^FAILED/ { held = held $0 "\n"; next }
meson { printf "%s", held > "/dev/stderr"; meson = 0 }
/^ninja: (Entering|no work)/ { next }
/^\[[0-9]+\/[0-9]+\] / {
    split(substr($1, 2, length($1) - 2), part, "/")
    if (tty) {
        printf "\r\033[Kbuilding %d of %d", part[1], part[2] > "/dev/stderr"
        fflush("/dev/stderr")
        shown = 1
    } else {
        tenth = int(10 * part[1] / part[2])
        if (tenth != last && part[2] >= 20)
            printf "building %d of %d\n", part[1], part[2] > "/dev/stderr"
        last = tenth
    }
    next
}
# Which command failed is a line of its own, long, and tells a person little.
/^FAILED: / { failed = 1; next }
failed && /^[^ ]*(cc|gcc|clang|ar|python3?) / { failed = 0; next }
{
    clear()
    failed = 0
    print > "/dev/stderr"
}
END {
    clear()
    if (meson)
        printf "%s", held > "/dev/stderr"
    exit code
}
