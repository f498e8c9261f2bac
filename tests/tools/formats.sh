#!/bin/sh
# The tools that people use read what the exporters write, as TAP: each file
# goes to its own tool, and what comes back is counted.
# usage: formats.sh MAKE_TRACE VITRINE_TRACE SOURCE_ROOT
set -u
make=$(realpath "$1") trace=$(realpath "$2") root=$3
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
cd "$tmp" || exit 1
HOME=$tmp
export HOME

report()
{
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
    fi
}

# need TOOL WHAT: or the test is skipped, with a message.
need()
{
    command -v "$1" > /dev/null 2>&1 && return 0
    n=$((n + 1))
    echo "ok $n - $2 # SKIP $1 is not installed"
    return 1
}

# equal A B WHAT
equal()
{
    [ "$1" = "$2" ] && [ -n "$1" ]
    report $? "$3 ($1, wanted $2)"
}

"$make" story story.vtr || exit 1
records=$("$trace" story.vtr | wc -l)
messages=$("$trace" --to csv story.vtr |
    grep -cE ',(IPC|IPC_ERROR|FAULT_REPORT|IMAGE|MARK|END),')

if need babeltrace2 "CTF"; then
    "$trace" --to ctf -o ctf story.vtr
    equal "$(babeltrace2 ctf | wc -l)" "$records" "babeltrace2: all events"
    babeltrace2 ctf | grep 'IMAGE' | grep -q 'text = "client a"'
    report $? "babeltrace2: texts"
    equal "$(babeltrace2 --clock-cycles ctf | tail -n 1 | cut -c2-21)" \
        "$(printf %020d "$("$trace" --to csv story.vtr | tail -n 1 |
            cut -d, -f1)")" "babeltrace2: the last event's time"
fi

dissect()
{
    tshark -2 -X "lua_script:$root/tools/trace/vitrine.lua" -r story.pcapng \
        "$@" 2> /dev/null
}
if need tshark "pcapng"; then
    "$trace" -o story.pcapng story.vtr
    equal "$(dissect | wc -l)" "$messages" "tshark: all messages"
    equal "$(dissect -Y 'vitrine.kind == 2 && vitrine.request' | wc -l)" \
        "$("$trace" --to csv story.vtr | grep -cE ',IPC,(2|6),')" \
        "tshark: every reply has its request"
    equal "$(dissect -Y vitrine.request | wc -l)" \
        "$(dissect -Y vitrine.reply | wc -l)" "tshark: links go both ways"
    equal "$(dissect -Y vitrine.unanswered -T fields -e vitrine.from)" \
        "client b" "tshark: the call nobody answered"
    equal "$(dissect -Y 'vitrine.text contains "ENOSYS"' \
        -T fields -e vitrine.latency)" 1360 "tshark: decoded, with latency"
    dissect -V | grep -qi 'lua error'
    [ $? = 1 ]
    report $? "tshark: no error in the dissector"
fi

decode()
{
    protoc --decode=Trace -I "$root/tests/tools" perfetto.proto < story.pftrace
}
if need protoc "Perfetto"; then
    "$trace" -o story.pftrace story.vtr
    decode > perfetto.txt
    report $? "protoc decodes the Perfetto trace"
    begins=$(grep -c 'type: TYPE_SLICE_BEGIN' perfetto.txt)
    equal "$(grep -c 'type: TYPE_SLICE_END' perfetto.txt)" "$begins" \
        "Perfetto: every slice ends"
    equal "$(grep -c ' flow_ids' perfetto.txt)" \
        "$(grep -c ' terminating_flow_ids' perfetto.txt)" \
        "Perfetto: every flow has two ends"
    grep -qE '^  [0-9]+:' perfetto.txt
    [ $? = 1 ]
    report $? "Perfetto: no field the schema does not know"
    equal "$(grep -c 'process_name' perfetto.txt)" 6 "Perfetto: six tasks"
fi

if need vcd2fst "VCD"; then
    "$trace" -o story.vcd story.vtr
    vcd2fst story.vcd story.fst > vcd.log 2>&1 && [ -s story.fst ]
    report $? "vcd2fst reads the VCD"
    equal "$(grep -c '_state \$end' story.vcd)" 7 "VCD: seven threads"
fi

if need mscgen "mscgen"; then
    "$trace" -o story.msc story.vtr
    mscgen -T svg -i story.msc -o msc.svg && [ -s msc.svg ]
    report $? "mscgen draws"
fi

# mermaid's own parser and renderer (tools/npm), in a browser.
mermaid=$root/extern/npm/mermaid.min.js
browser=$(command -v chromium || command -v chromium-browser)
if [ -s "$mermaid" ] && [ -n "$browser" ]; then
    "$trace" -o story.mmd story.vtr
    {
        echo '<html><body><pre id="text">'
        sed 's/&/\&amp;/g; s/</\&lt;/g' story.mmd
        echo '</pre><div id="out"></div><script>'
        cat "$mermaid"
        cat << 'END'
</script><script>
(async () => {
  const text = document.getElementById("text").textContent;
  const out = document.getElementById("out");
  try {
    const kind = await mermaid.parse(text);
    const drawn = await mermaid.render("drawn", text);
    out.innerHTML = drawn.svg;
    const n = out.querySelectorAll(".messageText").length;
    out.textContent = "parsed:" + kind.diagramType + ":" + n + ":";
  } catch (e) { out.textContent = "failed:" + e.message; }
})();
</script></body></html>
END
    } > mermaid.html
    for try in 1 2 3; do
        timeout 300 "$browser" --headless=new --no-sandbox --disable-gpu \
            --user-data-dir="$tmp/profile" --virtual-time-budget=20000 \
            --host-resolver-rules='MAP * ~NOTFOUND' --dump-dom \
            "file://$tmp/mermaid.html" > mermaid.out 2> /dev/null
        ! grep -q '</html>' mermaid.out || break # else it did not start
    done
    equal "$(grep -o 'parsed:[a-z]*:[0-9]*:' mermaid.out)" \
        "parsed:sequence:$(grep -cE '(->>|-x|-\))' story.mmd):" \
        "mermaid parses, and draws every arrow"
else
    n=$((n + 1))
    echo "ok $n - mermaid # SKIP mermaid (tools/npm) or chromium is not there"
fi

if need plantuml "PlantUML"; then
    "$trace" -o story.puml story.vtr
    plantuml -headless -syntax < story.puml > puml.log 2>&1
    equal "$(head -n 1 puml.log)" SEQUENCE "PlantUML: a sequence diagram"
fi

if need sqlite3 "SQLite"; then
    "$trace" -o story.db story.vtr
    ask()
    {
        sqlite3 story.db "$1"
    }
    equal "$(ask 'SELECT count(*) FROM event')" "$records" "SQLite: all events"
    equal "$(ask "SELECT count(*) FROM calls WHERE client = 'client b'
        AND latency_ns IS NULL")" 1 "SQLite: the call nobody answered"
    equal "$(ask "SELECT result FROM calls WHERE what LIKE '%0x77(9)%'")" \
        "-ENOSYS" "SQLite: results in words"
    equal "$(ask 'PRAGMA integrity_check')" ok "SQLite: sound"
fi

"$trace" --events > events.md
cmp -s events.md "$root/docs/trace-events.md"
report $? "docs/trace-events.md is what --events prints"
# Each page of a format has the table that is made for it.
for page in ctf:ctf csv-json:csv sqlite:sqlite pcapng:pcapng \
    sequence-text:mermaid; do
    format=${page#*:} page=docs/formats/${page%:*}.md
    "$trace" --events --to "$format" > table.md &&
        sed -n '/^<!-- table: /,/^<!-- end/p' "$root/$page" |
        sed '1,2d' | sed '$d' | sed '$d' | cmp -s table.md - && [ -s table.md ]
    report $? "$page has the table of --events --to $format"
done
echo "1..$n"
