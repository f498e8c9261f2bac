#!/bin/sh
# usage: viewers.sh [BUILD]: docs/pictures/viewer-*.png, the viewers that people
# use for the exported formats, each with one run of clntsrv. Needs Xvfb,
# ImageMagick, gtkwave, wireshark, plantuml, mscgen, librsvg2-bin, chromium and
# extern/npm; what is not there is left out with a message. Look at each.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${1:-$root/build}" && pwd) || exit 103
to=$root/docs/pictures
tmp=$(mktemp -d) || exit 1
trap 'kill $server 2> /dev/null; rm -rf "$tmp"' EXIT
trap 'exit 130' INT TERM
server=
cd "$tmp" || exit 1
HOME=$tmp
export HOME

there()
{
    for _t; do
        command -v "$_t" > /dev/null 2>&1 && continue
        echo "viewers.sh: $_t is not there, its pictures are left out" >&2
        return 1
    done
}

# shoot NAME SECONDS COMMAND...: its window after a while, as a picture.
shoot()
{
    _name=$1 _seconds=$2
    shift 2
    "$@" > "$tmp/$_name.log" 2>&1 &
    _viewer=$!
    sleep "$_seconds"
    import -window root "$to/viewer-$_name.png"
    kill "$_viewer" 2> /dev/null
    wait "$_viewer" 2> /dev/null
}

trace=$build/tools/vitrine-trace
"$root/vitrine" run --trace run.vtr clntsrv > /dev/null || exit
set -- --only server --only client-a

if there Xvfb import; then
    Xvfb :97 -screen 0 1200x700x24 > /dev/null 2>&1 &
    server=$!
    DISPLAY=:97
    export DISPLAY
    sleep 2
    if there gtkwave; then
        "$trace" -o run.vcd run.vtr
        {
            echo 'set all [list]'
            echo 'for {set i 0} {$i < [gtkwave::getNumFacs]} {incr i} {'
            echo '  lappend all [gtkwave::getFacName $i] }'
            echo 'gtkwave::addSignalsFromList $all'
            echo 'gtkwave::/Time/Zoom/Zoom_Full'
        } > all.tcl
        shoot gtkwave 6 gtkwave -S all.tcl run.vcd
    fi
    if there wireshark; then
        "$trace" "$@" -o run.pcapng run.vtr
        shoot wireshark 15 wireshark -X "lua_script:$root/tools/trace/vitrine.lua" \
            -r run.pcapng
    fi
fi
if there plantuml; then
    "$trace" "$@" --max 12 -o run.puml run.vtr
    plantuml -headless -tpng run.puml && cp run.png "$to/viewer-plantuml.png"
fi
if there mscgen; then
    "$trace" "$@" --max 12 -o run.msc run.vtr
    mscgen -T png -i run.msc -o "$to/viewer-mscgen.png"
fi
if there chromium && [ -s "$root/extern/npm/mermaid.min.js" ]; then
    "$trace" "$@" --max 12 -o run.mmd run.vtr
    {
        echo '<html><body style="background:white"><pre class="mermaid">'
        sed 's/&/\&amp;/g; s/</\&lt;/g' run.mmd
        echo '</pre><script>'
        cat "$root/extern/npm/mermaid.min.js"
        echo '</script><script>mermaid.initialize({startOnLoad: true})'
        echo '</script></body></html>'
    } > run.html
    chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
        --user-data-dir="$tmp/profile" --window-size=1000,1000 \
        --virtual-time-budget=20000 --screenshot="$to/viewer-mermaid.png" \
        "file://$tmp/run.html" > /dev/null 2>&1
fi
for _f in "$to"/viewer-*.png; do
    mogrify -trim +repage -colors 64 "$_f"
done
ls "$to"/viewer-*.png
