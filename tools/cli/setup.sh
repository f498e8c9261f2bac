# The set-up: packages, sources of others, Meson once, Ninja each time.
#
#   ensure_setup GROUP...   ->  packages of tools/packages.txt, extern/
#   ensure_built            ->  build/build.ninja, then ninja
#
# A stamp in the build folder says which package list and which groups were
# last found complete; while it fits, the set-up costs one cksum.

stamp=$build/.setup
progress=$cli/progress.awk

# The packages of the groups, one a line.
list_packages()
{
    while read -r _group _package _why; do
        for _wanted; do
            if [ "$_group" = "$_wanted" ]; then
                say "$_package"
            fi
        done
    done < "$root/tools/packages.txt"
}

# Those of $packages that dpkg does not have, in $missing.
find_missing()
{
    command -v dpkg-query > /dev/null 2>&1 ||
        die "this is no Debian or Ubuntu (no dpkg-query): install these" \
            "yourself, then make $stamp: $(echo $packages)"
    _have=$(dpkg-query -W -f '${Status} ${Package}\n' 2>/dev/null |
        sed -n 's/^.* installed //p')
    missing=
    for _p in $packages; do
        case "
$_have
" in
        *"
$_p
"*) ;;
        *) missing="$missing $_p" ;;
        esac
    done
    missing=${missing# }
}

# Whether a person (or --yes, or CI) agrees to run apt.
may_install()
{
    [ "$assume_yes" = 0 ] || return 0
    if [ -t 0 ]; then
        printf 'Install them with apt now? [Y/n] '
        read -r _answer || _answer=n
        case $_answer in
        '' | y | Y | yes | Yes) return 0 ;;
        esac
        return 1
    fi
    [ "${CI:-}" = true ]
}

install_missing()
{
    _apt="apt-get install -y --no-install-recommends $missing"
    if [ "$(id -u)" = 0 ]; then
        _as=
    elif command -v sudo > /dev/null 2>&1; then
        _as='sudo '
    else
        _as=none
    fi
    say "Missing Debian packages: $missing"
    if [ "$_as" = none ]; then
        say "There is no sudo here. As root, type:" >&2
        say "    apt-get update && $_apt" >&2
        exit $EXIT_USAGE
    fi
    if ! may_install; then
        say "Nothing was installed. Type this, or give --yes:" >&2
        say "    ${_as}apt-get update && $_as$_apt" >&2
        exit $EXIT_USAGE
    fi
    # Nobody types it again in CI; a mirror that changes meanwhile, does, too.
    _tries=1
    [ "${CI:-}" != true ] || _tries=4
    while ! run_apt; do
        _tries=$((_tries - 1))
        if [ $_tries != 0 ]; then
            sleep 20
            continue
        fi
        say "vitrine: apt failed. When it works again, type:" >&2
        say "    ${_as}apt-get update && $_as$_apt" >&2
        exit $EXIT_USAGE
    done
}

# Lists and packages, by $_as and $_apt; waits for others who use dpkg.
run_apt()
{
    ${_as}apt-get update -q -o Acquire::Retries=3 ||
        say "vitrine: apt-get update failed; trying the lists there are" >&2
    ${_as}env DEBIAN_FRONTEND=noninteractive $_apt -o Acquire::Retries=3 \
        -o DPkg::Lock::Timeout=600
}

fetch_sources()
{
    [ -f "$root/tools/fetch-sources.sh" ] || return 0
    sh "$root/tools/fetch-sources.sh" ||
        die "the sources of musl, Lua and lwIP did not come" \
            "(tools/fetch-sources.sh)"
}

# What the stamp must say for the set-up to be complete.
setup_key()
{
    key=$(cksum "$root/tools/packages.txt" "$root/tools/fetch-sources.sh" \
        2>/dev/null)
}

# ensure_setup GROUP...: every group is on the stamp, or becomes so.
ensure_setup()
{
    setup_key
    _stamped_key='' _stamped_groups=''
    if [ -f "$stamp" ]; then
        { read -r _stamped_groups; _stamped_key=$(cat); } < "$stamp"
    fi
    [ "$_stamped_key" = "$key" ] || _stamped_groups=''
    _new=''
    for _group; do
        case " $_stamped_groups " in
        *" $_group "*) ;;
        *) _new="$_new $_group" ;;
        esac
    done
    [ -n "$_new" ] || return 0

    packages=$(list_packages $_new)
    find_missing
    [ -z "$missing" ] || install_missing
    fetch_sources
    case " $_new " in
    *" test "*) sh "$root/tools/npm/fetch.sh" "$root/extern/npm" ;;
    esac
    mkdir -p "$build" || die "$build: cannot make the build folder"
    # New libraries may be there: what Meson did not find, it now looks for.
    # A machine's packages have none.
    case $_new in
    ' riscv64' | ' aarch64' | ' x86_64') ;;
    *)
        [ ! -f "$build/build.ninja" ] ||
            run_meson setup --reconfigure "$build" "$root"
        ;;
    esac
    printf '%s\n%s\n' "${_stamped_groups:+$_stamped_groups }${_new# }" \
        "$key" > "$stamp.new" && mv "$stamp.new" "$stamp"
}

run_meson()
{
    _log=$build/.meson-output
    mkdir -p "$build"
    if ! meson "$@" > "$_log" 2>&1; then
        sed -n '/ERROR/p' "$_log" >&2
        say "vitrine: meson failed; its output is in $_log" >&2
        exit $EXIT_USAGE
    fi
}

# ensure_built [TARGET...]: everything up to date, or the end.
ensure_built()
{
    if [ ! -f "$build/build.ninja" ]; then
        say "Configuring with Meson ..." >&2
        run_meson setup ${CI:+-Dwerror=true} "$build" "$root"
    fi
    _tty=0
    [ ! -t 2 ] || _tty=1
    { ninja -C "$build" ${VITRINE_JOBS:+-j$VITRINE_JOBS} "$@" 2>&1
      echo "ninja-exit $?"; } | awk -v tty=$_tty -f "$progress" ||
        die "the build failed"
}

cmd_setup()
{
    case ${1:-} in
    '') ;;
    --target)
        [ $# = 2 ] || die_usage "setup --target needs the name of a machine"
        . "$cli/target.sh"
        options=''
        build_target "$2"
        say "The $2 machine is there. Next: ./vitrine run --target $2 hello"
        return
        ;;
    *) die_usage "setup knows no '$1'" ;;
    esac
    ensure_setup build run test
    ensure_built
    say "Everything is there. Next: ./vitrine demo"
}
