#!/bin/sh
# The vitrine command, as TAP, in a build folder made by hand: a stamp, an
# empty Ninja file, programs that are only ELF headers, and a simulator that
# prints its arguments and leaves a synthetic trace.
# usage: cli.sh VITRINE MAKE_TRACE VITRINE_TRACE VITRINE_GRAPH
set -u
vitrine=$(realpath "$1") make=$(realpath "$2")
trace=$(realpath "$3") graph=$(realpath "$4")
root=${vitrine%/*}
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

# --- the build folder ---------------------------------------------------
VITRINE_BUILD=$tmp/build
export VITRINE_BUILD
mkdir -p "$VITRINE_BUILD/programs" "$VITRINE_BUILD/tools" \
    "$VITRINE_BUILD/sim-kernel/port/sim"
echo "build runnable: phony" > "$VITRINE_BUILD/build.ninja"
{
    echo "build run test"
    cksum "$root/tools/packages.txt" "$root/tools/fetch-sources.sh"
} > "$VITRINE_BUILD/.setup"
ln -s "$trace" "$VITRINE_BUILD/tools/vitrine-trace"
ln -s "$graph" "$VITRINE_BUILD/tools/vitrine-graph"
for p in sigma0 moe ned prog server; do
    head -c 64 "$trace" > "$VITRINE_BUILD/programs/$p"
    chmod +x "$VITRINE_BUILD/programs/$p"
done
"$make" story "$tmp/story.vtr"
cat > "$VITRINE_BUILD/sim-kernel/port/sim/vitrine-sim" <<END
#!/bin/sh
for a; do
    [ "\${last:-}" != --trace ] || [ -n "\${FAKE_NO_TRACE:-}" ] ||
        cp "$tmp/story.vtr" "\$a"
    last=\$a
    echo "[\$a]"
done
exit \${FAKE_EXIT:-0}
END
chmod +x "$VITRINE_BUILD/sim-kernel/port/sim/vitrine-sim"
mkdir "$tmp/sys"
cat > "$tmp/sys/a.cfg" <<'END'
local lib = dofile("rom/lib.lua")  -- brings rom/not-this
start("rom/server", "rom/data.txt")
END
echo 'run("rom/prog")' > "$tmp/sys/lib.lua"
echo data > "$tmp/sys/data.txt"
printf 'x = 1\nstart("rom/absent")\n' > "$tmp/sys/bad.cfg"
cd "$tmp" || exit 1

# --- asking -------------------------------------------------------------
report()
{
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
        sed 's/^/# /' "$tmp/out" "$tmp/err"
    fi
}

# says CODE TEXT NAME ARG...: exit code, and a line of the output (anywhere).
says()
{
    want=$1 text=$2 name=$3
    shift 3
    "$vitrine" "$@" > "$tmp/out" 2> "$tmp/err" < /dev/null
    have=$?
    [ "$have" = "$want" ] && grep -qF -e "$text" "$tmp/out" "$tmp/err"
    report $? "$name (exit $have)"
}

for c in demo run trace graph gdb bench test setup clean; do
    says 0 "Usage: ./vitrine $c" "$c --help" $c --help
    says 0 "Usage: ./vitrine $c" "help $c" help $c
done
says 0 "Usage: ./vitrine COMMAND" "--help" --help
says 0 "vitrine 0." "--version" --version
says 103 "no sub-command 'frob'" "unknown sub-command" frob
says 103 "unknown option '--frob'" "unknown option" --frob
says 103 "run needs a SYSTEM" "run without a system" run
says 103 "unknown option '--frob'" "run with an unknown option" run --frob x
says 103 "'x' is not a number" "bad number" run --seed x prog
says 103 "'5x' is not a time" "bad time" run --until 5x prog
says 103 "'M' is not a size" "bad size" run --ram M prog
says 103 "--trace needs a value" "missing value" run prog --trace

says 0 "[rom/prog]" "a program by name" run prog
says 0 "[rom/prog one two]" "words of the program" run prog one two
says 0 "[rom/prog -v]" "options of the program" run prog -- -v
says 0 "[--seed]" "options after the system" run prog --seed 7
says 0 "[--until]" "option=value" run --until=20ms prog
says 0 "[rom/ned rom/a.cfg]" "a description by path" run sys/a.cfg
for m in sys/a.cfg sys/lib.lua sys/data.txt "$VITRINE_BUILD/programs/prog" \
    "$VITRINE_BUILD/programs/server" "$VITRINE_BUILD/programs/ned"; do
    grep -qxF "[$m]" out
    report $? "module $m"
done
! grep -q not-this out
report $? "no module from a comment"
says 103 "sys/bad.cfg:2: no module 'absent'" "an absent module" run sys/bad.cfg
says 103 "no system or program 'nobody'" "an absent program" run nobody
says 103 "no such file" "an absent description" run sys/none.cfg
says 103 "is neither a program" "a file that is no program" run sys/data.txt
says 103 "there is no folder" "unwritable trace" run prog --trace no/x.vtr
says 103 "ends in .svg" "a graph of no kind" run prog --graph x.gif
says 103 "cannot be read (--input)" "unreadable input" run --input none prog

FAKE_EXIT=42
export FAKE_EXIT
says 42 "[rom/prog]" "the exit code is the simulator's" run prog
says 42 "" "also with a trace" run prog --trace t.vtr
[ -s t.vtr ] && [ -z "$(ls t.vtr.* 2> /dev/null)" ]
report $? "the trace is there, and nothing beside it"
unset FAKE_EXIT
echo keep > kept.vtr
FAKE_NO_TRACE=1 "$vitrine" run prog --trace kept.vtr > out 2> err
[ "$(cat kept.vtr)" = keep ]
report $? "an existing trace stays when none was written"
says 0 "" "a graph" run prog --graph g.svg
grep -q '<svg' g.svg
report $? "the graph is a picture"
says 0 "sequenceDiagram" "trace goes through" trace t.vtr --to mermaid
says 0 "digraph" "graph goes through" graph t.vtr
says 105 "is not a Vitrine trace" "graph of no trace" graph sys/lib.lua
says 103 "no kind 'odd'" "test of no kind" test odd

# --- the set-up ---------------------------------------------------------
# An odd stamp: everything is looked at again; a package that cannot be is
# asked for, and without a terminal nothing is installed.
mkdir -p copy/tools bin
cp -r "$root/vitrine" copy/
cp -r "$root/tools/cli" copy/tools/
echo "build no-such-package-vitrine # why" > copy/tools/packages.txt
printf '#!/bin/sh\necho 1000\n' > bin/id
printf '#!/bin/sh\n[ $# = 0 ] || echo "apt ran: $*"\nexit 1\n' > bin/sudo
chmod +x bin/id bin/sudo
vitrine=$tmp/copy/vitrine
PATH=$tmp/bin:$PATH
CI=
says 103 "sudo apt-get update && sudo apt-get install -y" \
    "says what to type when it may not ask" run prog
! grep -q "apt ran" out
report $? "runs no apt then"
says 103 "noninteractive apt-get install -y --no-install-recommends no-such" \
    "runs apt through sudo with --yes" run prog --yes
says 103 "When it works again, type:" "says what to do when apt fails" \
    --yes run prog
echo "1..$n"
