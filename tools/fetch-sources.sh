#!/bin/sh
# Fetch the source packages Vitrine's programs are built from (musl, Lua, lwIP).
#
# Nothing of other people is kept in this repository. What programs need is
# taken with `apt-get source` from the distribution this machine already
# trusts, into the ignored folder extern/:
#
#   extern/musl  -> musl-1.2.3        a link without the version, for the build
#   extern/lua   -> lua5.4-5.4.4
#   extern/e2fsprogs -> e2fsprogs-1.47.0
#   extern/lwip  -> lwip-2.1.3+dfsg1
#   extern/.fetched                   what is complete: "package folder" lines
#   extern/.apt/                      apt's own state, private to this script
#
# The machine's apt configuration is read and never changed, and no root is
# needed: apt gets a state folder of its own and a sources list derived from
# the machine's, with `deb` turned into `deb-src`.
#
#  I1  Only entries of the distribution itself are used: their suite is the
#      release's name, and the Origin in their signed Release file says so.
#  I2  apt checks signatures and checksums; Signed-By is kept.
#  I3  A package is listed in .fetched only after it is wholly unpacked.
#
# Used by ./vitrine's set-up; see docs/design/03-c-library.md.
set -eu

default_packages="musl lua5.4 e2fsprogs lwip"

usage() {
    cat <<END
usage: tools/fetch-sources.sh [--force | --show-sources] [PACKAGE...]

Fetches Debian or Ubuntu source packages into extern/, without root.
PACKAGE   source package names (default: $default_packages)
--force   fetch again what is already there
--show-sources  print the sources lists that would be used, and stop
--help    this text

Needs apt-get and dpkg-source (package dpkg-dev). Does nothing, quickly, when
everything is there. Exit code: 0 all there, 1 could not fetch, 2 bad usage.
END
}

say() {
    printf '%s\n' "fetch-sources: $*"
}

die() {
    printf '%s\n' "fetch-sources: error: $*" >&2
    exit 1
}

# Name of the link: the package's without a version at its end.
link_name() {
    printf '%s\n' "$1" | sed 's/[0-9.]*$//'
}

# Is this package complete? (I3)
have() {
    folder=$(sed -n "s|^$1 ||p" "$stamp" 2>/dev/null | tail -n 1)
    [ -n "$folder" ] && [ -d "$extern/$folder" ] &&
        [ -e "$extern/$(link_name "$1")" ]
}

# The names under which the release's own suites appear.
release_names() {
    (
        . "${VITRINE_OS_RELEASE:-/etc/os-release}"
        printf '%s\n' "${VERSION_CODENAME:-}" "${UBUNTU_CODENAME:-}" \
            "${DEBIAN_CODENAME:-}"
        # Debian's moving names, when the machine follows one of them.
        case "${ID:-}" in
        debian) printf '%s\n' stable oldstable testing unstable sid ;;
        esac
    ) | awk 'NF && !seen[$0]++ { printf "%s%s", sep, $0; sep = " " }'
}

# awk text shared by both converters: is this suite the release's own?
suite_test='
function own(suite,    i, n, name) {
    sub(/\/.*/, "", suite)
    n = split(names, name, " ")
    for (i = 1; i <= n; i++)
        if (suite == name[i] || index(suite, name[i] "-") == 1)
            return 1
    return 0
}'

# One-line style: deb [options] uri suite components
convert_list() {
    awk -v names="$names" "$suite_test"'
    /^[ \t]*deb(-src)?[ \t]/ {
        line = $0
        sub(/[ \t]*(#.*)?$/, "", line)
        sub(/^[ \t]*deb(-src)?[ \t]+/, "", line)
        options = ""
        if (match(line, /^\[[^]]*\][ \t]*/)) {
            options = substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
        }
        if (split(line, field) < 3 || field[1] ~ /^cdrom:/ || !own(field[2]))
            next
        out = "deb-src " options line
        if (!seen[out]++)
            print out
    }' "$@"
}

# deb822 style: paragraphs of fields; only Types and Suites are rewritten.
convert_sources() {
    for file in "$@"; do
        cat "$file"
        echo
    done | awk -v names="$names" "$suite_test"'
    function flush(    i, n, kept, s) {
        kept = ""
        n = split(suites, s, /[ \t]+/)
        for (i = 1; i <= n; i++)
            if (own(s[i]))
                kept = kept " " s[i]
        if (enabled && kept != "" && uris !~ /^cdrom:/)
            printf "Types: deb-src\nSuites:%s\n%s\n", kept, rest
        rest = suites = uris = field = ""
        enabled = 1
    }
    BEGIN { enabled = 1 }
    /^#/ { next }
    /^[ \t]*$/ { flush(); next }
    /^[^ \t]/ { field = tolower($0); sub(/:.*/, "", field) }
    {
        value = $0
        if ($0 ~ /^[^ \t]/)
            sub(/^[^:]*:[ \t]*/, "", value)
        if (field == "suites") { suites = suites " " value; next }
        if (field == "types") next
        if (field == "uris") uris = uris value
        if (field == "enabled" && tolower(value) ~ /^(no|false|0|off|without)/)
            enabled = 0
        rest = rest $0 "\n"
    }
    END { flush() }'
}

write_sources() {
    parts=$apt/sources.d
    rm -rf "$parts"
    mkdir -p "$parts"
    set -- /dev/null
    for file in "$etc_apt/sources.list" "$etc_apt"/sources.list.d/*.list; do
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    convert_list "$@" >"$parts/own.list"
    set -- /dev/null
    for file in "$etc_apt"/sources.list.d/*.sources; do
        [ ! -f "$file" ] || set -- "$@" "$file"
    done
    convert_sources "$@" >"$parts/own.sources"
    [ -s "$parts/own.list" ] || [ -s "$parts/own.sources" ] ||
        die "no entry for '$names' in $etc_apt/sources.list or sources.list.d"
}

write_apt_conf() {
    mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial" \
        "$apt/preferences.d"
    cat >"$apt/apt.conf" <<END
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Post-Invoke;
Dir::State "$apt/state";
Dir::State::lists "$apt/state/lists";
Dir::Cache "$apt/cache";
Dir::Cache::archives "$apt/cache/archives";
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$apt/sources.d";
Dir::Etc::preferencesparts "$apt/preferences.d";
Dir::Etc::preferences "/dev/null";
APT::Get::List-Cleanup "true";
APT::Sandbox::User "$(id -un)";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled "false";
Acquire::IndexTargets::deb-src::DEP-11::DefaultEnabled "false";
END
}

apt() {
    command=$1
    shift
    LC_ALL=C DEBIAN_FRONTEND=noninteractive \
        "$command" -c "$apt/apt.conf" "$@"
}

# An entry that cannot be reached only matters if nothing else has the
# packages, so update's result is not looked at; `find_version` is.
update_lists() {
    say "reading the distribution's source lists"
    apt apt-get -q update >"$apt/update.log" 2>&1 || true
}

# Newest version of a package among the distribution's own lists (I1).
find_version() {
    apt apt-get indextargets --format '$(ORIGIN)|$(FILENAME)' \
        'Created-By: Sources' 2>/dev/null |
        sed -n 's/^\(Debian\|Ubuntu\|Raspbian\)|//p' |
        while read -r list; do
            apt /usr/lib/apt/apt-helper cat-file "$list" 2>/dev/null |
                awk -v package="$1" '
                /^$/ { hit = 0 }
                $1 == "Package:" { hit = $2 == package }
                hit && $1 == "Version:" { print $2 }'
        done | newest
}

newest() {
    best=
    while read -r version; do
        if [ -z "$best" ] || dpkg --compare-versions "$version" gt "$best"
        then
            best=$version
        fi
    done
    printf '%s\n' "$best"
}

# The newest version's source, unpacked in $work; what went wrong is in $why.
download() {
    version=$(find_version "$1")
    if [ -z "$version" ]; then
        why="no source package '$1' in the lists of: $names \
(log: $apt/update.log; on Ubuntu 'universe' must be enabled)"
        return 1
    fi
    say "fetching $1 $version"
    rm -rf "$work"
    mkdir -p "$work"
    (cd "$work" && apt apt-get -q --only-source source "$1=$version") \
        >"$apt/source.log" 2>&1 && return
    why="apt-get source $1 failed: $(grep -E '^(E|dpkg-source):' \
        "$apt/source.log" | tail -n 1) (log: $apt/source.log)"
    return 1
}

# A mirror may fail, or change between its lists and a fetch: where nobody
# would type it again, it is tried again.
fetch() {
    package=$1 work=$apt/work tries=1
    [ "${CI:-}" != true ] || tries=4
    while ! download "$package"; do
        tries=$((tries - 1))
        if [ "$tries" = 0 ]; then
            grep -E '^(E|W|Err)' "$apt/update.log" | head -n 3 >&2 || true
            die "$why"
        fi
        say "$why; once more"
        sleep 20
        update_lists
    done
    install_folder "$package"
    rm -rf "$work"
}

# Move what was unpacked to its place, link it, and only then list it (I3).
install_folder() {
    folder=$(cd "$work" && ls -d ./*/ | sed 's|^\./||; s|/$||' | head -n 1)
    [ -n "$folder" ] || die "$1: nothing was unpacked (log: $apt/source.log)"
    rm -rf "${extern:?}/$folder"
    mv "$work/$folder" "$extern/$folder"
    ln -sfn "$folder" "$extern/$(link_name "$1")"
    if [ -e "$stamp" ]; then
        grep -v "^$1 " "$stamp" >"$stamp.new" || true
    else
        : >"$stamp.new"
    fi
    printf '%s %s\n' "$1" "$folder" >>"$stamp.new"
    mv "$stamp.new" "$stamp"
    say "extern/$(link_name "$1") -> $folder"
}

force=no
show=no
packages=
for argument in "$@"; do
    case $argument in
    --help | -h) usage; exit 0 ;;
    --force) force=yes ;;
    --show-sources) show=yes ;;
    -*) usage >&2; exit 2 ;;
    *[!a-z0-9+.-]*) die "not a package name: '$argument'" ;;
    *) packages="$packages $argument" ;;
    esac
done
packages=${packages:-$default_packages}

root=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
extern=${VITRINE_EXTERN:-$root/extern}
etc_apt=${VITRINE_ETC_APT:-/etc/apt}
apt=$extern/.apt
stamp=$extern/.fetched

missing=
for package in $packages; do
    if [ $force = yes ] || [ $show = yes ] || ! have "$package"; then
        missing="$missing $package"
    fi
done
[ -n "$missing" ] || exit 0

for tool in apt-get dpkg-source; do
    command -v $tool >/dev/null 2>&1 ||
        die "$tool not found (apt-get install apt dpkg-dev)"
done
mkdir -p "$apt" 2>/dev/null || die "cannot write to $extern"
names=$(release_names)
write_sources
if [ $show = yes ]; then
    cat "$apt/sources.d/own.list" "$apt/sources.d/own.sources"
    exit 0
fi
write_apt_conf
update_lists
for package in $missing; do
    fetch "$package"
done
