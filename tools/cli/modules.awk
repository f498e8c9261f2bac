# Which boot modules a system description needs, and where they are.
#
# A description names its modules as "rom/NAME", or NAME.lua by require("NAME")
# if there is such a file. This reads the description
# and every Lua file it names, drops comments, and prints the host path of
# each module once, in the order first seen. What is nowhere is one line
# "FILE:LINE: ..." on stderr and exit 1.
#
# Called as: awk -f modules.awk FILE PROGRAMS_DIR [SEEN_NAME ...]
# A NAME is looked for beside the description, then among the programs.

function exists(path,    line, r) {
    r = (getline line < path)
    close(path)
    return r >= 0
}

function place(name) {
    if (exists(folder name))
        return folder name
    if (exists(programs "/" name))
        return programs "/" name
    return ""
}

# The line, with what it requires behind it.
function with_required(line,    rest, word) {
    rest = line
    while (match(rest, /require *[(]? *["'][A-Za-z0-9_-]+["']/)) {
        word = substr(rest, RSTART, RLENGTH - 1)
        rest = substr(rest, RSTART + RLENGTH)
        sub(/.*["']/, "", word)
        if (place(word ".lua") != "")
            line = line " rom/" word ".lua"
    }
    return line
}

function scan(file,    line, number, name, path, r) {
    number = 0
    while ((r = (getline line < file)) > 0) {
        number++
        sub(/--.*/, "", line)
        line = with_required(line)
        while (match(line, /rom\/[A-Za-z0-9_.+-]+/)) {
            name = substr(line, RSTART + 4, RLENGTH - 4)
            line = substr(line, RSTART + RLENGTH)
            if (name in seen)
                continue
            seen[name] = 1
            path = place(name)
            if (path == "") {
                print "vitrine: " file ":" number ": no module '" name \
                    "' (looked in " folder " and " programs ")" \
                    > "/dev/stderr"
                failed = 1
                continue
            }
            print path
            if (name ~ /\.(lua|cfg)$/)
                todo[++last] = path
        }
    }
    close(file)
    if (r < 0) {
        print "vitrine: " file ": cannot be read" > "/dev/stderr"
        failed = 1
    }
}

BEGIN {
    programs = ARGV[2]
    for (i = 3; i < ARGC; i++)
        seen[ARGV[i]] = 1
    folder = ARGV[1]
    if (!sub(/[^\/]*$/, "", folder) || folder == "")
        folder = "./"
    todo[last = 1] = ARGV[1]
    for (i = 1; i <= last; i++)
        scan(todo[i])
    exit failed
}
