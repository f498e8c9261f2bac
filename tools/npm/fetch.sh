#!/bin/sh
# usage: fetch.sh DIRECTORY: mermaid.min.js there, as package-lock.json pins it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
to=$1
stamp=$(cksum < "$here/package-lock.json")
if [ -s "$to/mermaid.min.js" ] && [ "$(cat "$to/stamp" 2> /dev/null)" = "$stamp" ]
then
    exit 0
fi
command -v npm > /dev/null 2>&1 || {
    echo "vitrine: npm is not there: mermaid's own parser is not tested" >&2
    exit 0
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/package-lock.json" "$work"
if (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund) \
    > "$work/log" 2>&1; then
    mkdir -p "$to"
    cp "$work/node_modules/mermaid/dist/mermaid.min.js" "$to/mermaid.min.js"
    echo "$stamp" > "$to/stamp"
else
    echo "vitrine: npm could not fetch mermaid: its parser is not tested" >&2
fi
