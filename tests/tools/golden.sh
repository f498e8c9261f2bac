#!/bin/sh
# The text formats of the tools on the story trace, byte for byte, as TAP.
# usage: golden.sh MAKE_TRACE VITRINE_TRACE VITRINE_GRAPH GOLDEN_FOLDER VITRINE_MONITOR
# With UPDATE=1 in the environment the golden files are written instead.
set -u
make=$(realpath "$1") trace=$(realpath "$2") graph=$(realpath "$3") golden=$4
monitor=$(realpath "$5")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0

report()
{
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
    fi
}

# same NAME COMMAND...: its output is the golden file NAME.
same()
{
    name=$1
    shift
    if ! "$@" > "$tmp/$name"; then
        report 1 "$name: the tool failed"
    elif [ "${UPDATE:-}" = 1 ]; then
        cp "$tmp/$name" "$golden/$name"
        report 0 "$name (updated)"
    else
        diff -u "$golden/$name" "$tmp/$name" | head -n 20 | sed 's/^/# /'
        cmp -s "$golden/$name" "$tmp/$name"
        report $? "$name"
    fi
}

# code CODE NAME COMMAND...: it exits with CODE and says one line.
code()
{
    want=$1 name=$2
    shift 2
    "$@" > /dev/null 2> "$tmp/err"
    have=$?
    lines=$(wc -l < "$tmp/err")
    [ "$have" = "$want" ] && [ "$lines" -le 2 ]
    report $? "$name (exit $have, $lines lines)"
}

"$make" story "$tmp/story.vtr" && "$make" zstd "$tmp/zstd.vtr" &&
    "$make" lie "$tmp/lie.vtr" && "$make" empty "$tmp/empty.vtr" || exit 1
head -c 9000 "$tmp/story.vtr" > "$tmp/cut.vtr"
head -c 1000 "$tmp/story.vtr" > "$tmp/stub.vtr"
cd "$tmp" || exit 1

same story.txt "$trace" story.vtr
same story.summary "$trace" --to summary story.vtr
same story.mmd "$trace" --to mermaid story.vtr
same story.puml "$trace" --to plantuml story.vtr
same story.msc "$trace" --to mscgen story.vtr
same story.vcd "$trace" --to vcd story.vtr
same faults.csv "$trace" --to csv --event PAGE_FAULT,FAULT_REPORT story.vtr
same label.mmd "$trace" --to mermaid --label 0x40 story.vtr
same between.txt "$trace" --between 60us..61.2us story.vtr
same story.svg "$trace" --to svg story.vtr
same story.json "$trace" --to chrome story.vtr
same client.csv "$trace" --to csv --only 'client a' story.vtr
same kernel.mmd "$trace" --to mermaid --kernel --from 60000 --max 8 story.vtr
same story.dot "$graph" story.vtr
same early.dot "$graph" --at 30000 story.vtr
same focus.dot "$graph" --focus 'client a' story.vtr

cat > policy <<'END'
# Broken rules are told with the chain that broke them.
never "client a" reaches sigma0
never "client b" reaches server
never "client b" could-get uart
only server hold calc
expect "client a" holds calc rw
expect "client a" holds calc rwsd
END
cat > good <<'END'
never "client a" reaches sigma0
never "client a" could-get rom
only server "client a" "client b" hold calc
expect server holds calc v
END
# fails CODE COMMAND...: what it says, if it exits with CODE.
fails()
{
    want=$1
    shift
    "$@"
    [ $? = "$want" ]
}
same reach.txt "$graph" --reach 'client a' server story.vtr
same unreachable.txt fails 1 "$graph" --reach 'client a' uart story.vtr
same origin.txt "$graph" --origin calc story.vtr
same diff.txt "$graph" --diff 60us end story.vtr
same diff.dot "$graph" --diff 60us end -o - story.vtr
same check.txt fails 1 "$graph" --check policy story.vtr
same good.txt "$graph" --check good story.vtr
"$graph" -o graph.json story.vtr && same graph.json cat graph.json
"$graph" -o graph.cdl story.vtr && same graph.cdl cat graph.cdl
same gates.dot "$graph" --kinds irq story.vtr
"$make" crowd=20 crowd.vtr && same fold.dot "$graph" --fold crowd.vtr
code 103 "a policy nobody understands" "$graph" --check story.vtr story.vtr
code 103 "no such kind" "$graph" --kinds poem story.vtr
code 103 "half a question" "$graph" story.vtr --reach ned

for fault in clean deadlock stuck inversion leak chatty; do
    "$make" "$fault" "$fault.vtr" || exit 1
    same "findings-$fault.txt" "$trace" --to findings "$fault.vtr"
done
same story.findings "$trace" --to findings story.vtr
same inversion.path "$trace" --to path inversion.vtr
same story.path "$trace" --to path story.vtr
same diff-runs.txt fails 1 "$trace" diff clean.vtr stuck.vtr
same diff-same.txt "$trace" diff story.vtr story.vtr
code 103 "diff of one trace" "$trace" diff story.vtr

same monitor.txt "$monitor" --text --break 'ipc client server ENOSYS' story.vtr
same monitor-end.txt "$monitor" --text deadlock.vtr

# Methods by the names that interface descriptions give them.
cat > interfaces.json <<'END'
{"interfaces": [
 {"name": "calc", "protocol": 119, "methods": [
  {"name": "add", "number": 2, "out": [{"kind": "int", "name": "n"}],
   "in": [{"kind": "word", "name": "a"}, {"kind": "int", "name": "b"}]},
  {"name": "nothing", "number": 9, "in": [], "out": []}]},
 {"name": "other", "protocol": 120, "methods": []}]}
END
VITRINE_INTERFACES=interfaces.json
export VITRINE_INTERFACES
"$trace" --only 'client b' --event IPC story.vtr > methods.txt
grep -q 'calc\.add([0-9]' methods.txt && grep -q 'calc\.nothing()' methods.txt &&
    grep -q 'calc: 0x77(1)' methods.txt && ! grep -q '0x77([29])' methods.txt
report $? "methods have the names of their descriptions"
for length in 0 7 60 150 299; do
    head -c $length interfaces.json > cut.json
    VITRINE_INTERFACES=cut.json "$trace" story.vtr > /dev/null || break
done
report $? "half a table of names does no harm"
unset VITRINE_INTERFACES

"$trace" zstd.vtr > zstd.txt
cmp -s zstd.txt "$golden/story.txt"
report $? "zstd chunks give the same text"
code 0 "an empty trace is a trace" "$trace" empty.vtr
code 0 "a cut trace gives what is whole" "$trace" cut.vtr
code 105 "a cut trace is an error with --strict" "$trace" --strict cut.vtr
code 105 "nothing readable" "$trace" stub.vtr
code 105 "not a trace" "$trace" "$golden/story.txt"
code 103 "no such file" "$trace" nowhere.vtr
code 103 "no such format" "$trace" --to poem story.vtr
code 103 "unwritable output" "$trace" -o /nowhere/x.txt story.vtr
code 103 "a picture of no known kind" "$graph" -o x.gif story.vtr
code 103 "no such task" "$trace" --only nobody story.vtr
code 103 "no such task to look at" "$graph" --focus nobody story.vtr
code 0 "replay and snapshot agree" "$graph" --verify story.vtr
code 1 "replay and snapshot differ" "$graph" --verify lie.vtr

echo keep > old.svg
"$trace" -o old.svg stub.vtr 2> /dev/null
[ "$(cat old.svg)" = keep ] && [ -z "$(ls old.svg.* 2> /dev/null)" ]
report $? "an existing file stays when the trace is bad"
for format in svg png; do
    "$graph" -o "graph.$format" story.vtr && [ -s "graph.$format" ]
    report $? "draws the graph as $format"
done
echo "1..$n"
