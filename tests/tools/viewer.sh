#!/bin/sh
# The HTML report in a real browser, headless, as TAP: it opens without a
# complaint, finds, moves the graph, shows the planted dead-lock.
# usage: viewer.sh MAKE_TRACE VITRINE_VIEW
#
# What is to be shown stands in the address; the page's final state is dumped
# and looked at. No browser: skipped, with a message.
set -u
make=$(realpath "$1") view=$(realpath "$2")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
n=0
cd "$tmp" || exit 1

report()
{
    n=$((n + 1))
    if [ "$1" = 0 ]; then
        echo "ok $n - $2"
    else
        echo "not ok $n - $2"
    fi
}

equal()
{
    [ "$1" = "$2" ] && [ -n "$1" ]
    report $? "$3 ($1, wanted $2)"
}

browser=$(command -v chromium || command -v chromium-browser ||
    command -v google-chrome)

# page FILE ADDRESS: the page's final state in page.html; 0: it got ready and
# said nothing on the console. A browser that does not even start may try again.
page()
{
    for try in 1 2 3; do
        show "$@"
        ! grep -q '</html>' page.html || break
    done
    ! grep -q 'CONSOLE' page.err && grep -q 'data-ready="[0-9]' page.html
}

show()
{
    timeout 300 "$browser" --headless=new --no-sandbox --disable-gpu \
        --enable-logging=stderr --user-data-dir="$tmp/profile" \
        --host-resolver-rules='MAP * ~NOTFOUND' --window-size=1200,800 \
        --virtual-time-budget=8000 --dump-dom "file://$tmp/$1#$2" \
        > page.html 2> page.err
}

for name in story deadlock clean; do
    "$make" "$name" "$name.vtr" && "$view" -o "$name.html" "$name.vtr" ||
        exit 1
done
[ "$(grep -oE '(src|href)=' deadlock.html | wc -l)" = 0 ]
report $? "the file refers to no other"

if [ -z "$browser" ]; then
    n=$((n + 1))
    echo "ok $n - in a browser # SKIP chromium is not installed"
    echo "1..$n"
    exit 0
fi

page story.html view=overview
report $? "opens, and says nothing on the console"
equal "$(grep -o '<div class="card"><b>[^<]*' page.html | head -n 1)" \
    '<div class="card"><b>433' "overview: all events"

page deadlock.html view=findings
report $? "a dead-lock's report opens"
grep -q '<b>deadlock</b>.*3 threads wait for one another' page.html &&
    grep -q 'ann (ip 0x1100) waits for a reply: bob' page.html
report $? "findings: the planted dead-lock, with its threads"
page clean.html view=findings && grep -q 'Nothing to report' page.html
report $? "findings: none where there is none"

page story.html 'view=events&q=ENOSYS'
equal "$(grep -o '<span id="found">[^<]*' page.html)" \
    '<span id="found">1 found' "search: what is there once"
grep -q 'client b: -ENOSYS' page.html
report $? "events: the hit's line"
page story.html 'view=events&q=nowhere'
equal "$(grep -o '<span id="found">[^<]*' page.html)" \
    '<span id="found">0 found' "search: what is not there"

edges()
{
    page story.html "view=graph&t=$1"
    grep -o 'data-edges="[0-9]*"' page.html
}
early=$(edges 20000) middle=$(edges 70000) late=$(edges 123000)
[ "$early" != "$middle" ] && [ "$middle" != "$late" ]
report $? "graph: the slider moves it ($early $middle $late)"

# The slider starts at the fullest moment: no other time has more.
page story.html view=graph
first=$(grep -oE 'data-edges="[0-9]*"' page.html | tr -dc 0-9)
most=$(printf '%s\n' "$early" "$middle" "$late" | tr -dc '0-9\n' | sort -n |
    tail -n 1)
[ "${first:-0}" -ge "$most" ] && [ "$first" -gt 0 ] &&
    ! grep -q 'id="graphtime">123' page.html
report $? "graph: opens when it is fullest ($first edges)"

page story.html 'view=sequence' && grep -q '98 messages in' page.html ||
    grep -qE '[0-9]+ messages in [0-9]+ rows' page.html
report $? "sequence: messages become rows"
page story.html 'view=timeline&from=60000&to=70000'
grep -q '60.000 us to 70.000 us' page.html
report $? "timeline: a window of time"
page story.html 'theme=dark' && grep -q '<html lang="en" class="dark"' page.html
report $? "dark"
echo "1..$n"
