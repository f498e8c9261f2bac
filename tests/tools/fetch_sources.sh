#!/bin/sh
# Which of a machine's apt entries tools/fetch-sources.sh would use, and how it
# refuses. A TAP producer; needs no network.
#
# usage: fetch_sources.sh SOURCE_ROOT
set -u
script=$1/tools/fetch-sources.sh
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
count=0 failed=0

fact() { # fact CONDITION-RESULT NAME
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failed=1
    fi
}

show() { # show ETC: the derived lists
    VITRINE_ETC_APT=$1 VITRINE_OS_RELEASE=$1/os VITRINE_EXTERN=$scratch/x \
        sh "$script" --show-sources 2>&1
}

same() { # same NAME ETC < expected
    cat >"$scratch/expected"
    show "$2" >"$scratch/got"
    diff "$scratch/expected" "$scratch/got" | sed 's/^/# /'
    cmp -s "$scratch/expected" "$scratch/got"
    fact $? "$1"
}

debian=$scratch/debian
mkdir -p "$debian/sources.list.d"
printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$debian/os"
cat >"$debian/sources.list" <<'END'
# deb http://deb.debian.org/debian bookworm main
deb cdrom:[Debian 12]/ bookworm main
deb [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main contrib # mine
deb-src [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main contrib
deb http://m/debian-security bookworm-security main
deb http://other/apt cloud-sdk-bookworm main
deb http://other/apt ./
END
same debian_list_entries_become_deb_src "$debian" <<'END'
deb-src [arch=amd64 signed-by=/k.gpg] http://m/debian bookworm main contrib
deb-src http://m/debian-security bookworm-security main
END

ubuntu=$scratch/ubuntu
mkdir -p "$ubuntu/sources.list.d"
printf 'ID=ubuntu\nID_LIKE=debian\nVERSION_CODENAME=noble\n' >"$ubuntu/os"
cat >"$ubuntu/sources.list.d/ubuntu.sources" <<'END'
# See sources.list(5)
Types: deb
URIs: http://m/ubuntu/
Suites: noble noble-updates
Components: main universe
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://off/
Suites: noble
Components: main

Types: deb
URIs: http://other/
Suites: nodistro stable
Components: main
END
same ubuntu_paragraphs_keep_their_keys "$ubuntu" <<'END'
Types: deb-src
Suites: noble noble-updates
URIs: http://m/ubuntu/
Components: main universe
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----

END

mkdir "$scratch/none"
printf 'ID=debian\nVERSION_CODENAME=bookworm\n' >"$scratch/none/os"
show "$scratch/none" >"$scratch/got"
[ $? = 1 ] && [ "$(wc -l <"$scratch/got")" = 1 ] &&
    grep -q '^fetch-sources: error: no entry for' "$scratch/got"
fact $? no_usable_entry_is_one_line_and_1

sh "$script" --bogus >/dev/null 2>&1
[ $? = 2 ]
fact $? unknown_option_is_2
sh "$script" 'musl;reboot' >/dev/null 2>&1
[ $? = 1 ]
fact $? strange_package_name_is_refused
sh "$script" --help | grep -q '^usage:'
fact $? help_is_help

mkdir -p "$scratch/done/musl-1"
ln -s musl-1 "$scratch/done/musl"
echo 'musl musl-1' >"$scratch/done/.fetched"
VITRINE_ETC_APT=/nowhere VITRINE_EXTERN=$scratch/done sh "$script" musl
fact $? what_is_there_is_not_fetched_again

echo "1..$count"
exit $failed
