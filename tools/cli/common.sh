# What every sub-command shares: folders, errors, the global options.
#
# Exit codes are the table of docs/exit-codes.md; 103 is every mistake of the
# person who typed, 104 a mistake of ours.

build=${VITRINE_BUILD:-$root/build}
programs=$build/programs
sim=${VITRINE_SIM:-$build/sim-kernel/port/sim/vitrine-sim} # a lab may have its own
EXIT_USAGE=103
EXIT_BUG=104

command='' topic='' rest='' out='' want_help=0 assume_yes=0 verbose=0

die()
{
    printf 'vitrine: %s\n' "$*" >&2
    exit $EXIT_USAGE
}

# die_usage MESSAGE [COMMAND]: names the help that answers.
die_usage()
{
    printf 'vitrine: %s\n' "$1" >&2
    case ${2:-$command} in
    main) printf 'Try: ./vitrine --help\n' >&2 ;;
    *) printf 'Try: ./vitrine %s --help\n' "${2:-$command}" >&2 ;;
    esac
    exit $EXIT_USAGE
}

say()
{
    printf '%s\n' "$*"
}

# quote WORD: as one shell word, in $quoted. No fork for plain words.
quote()
{
    case $1 in
    *\'*)
        quoted=$(printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/")
        ;;
    *) quoted="'$1'" ;;
    esac
}

keep()
{
    quote "$1"
    rest="$rest $quoted"
}

# Takes the global options out from anywhere on the line; what is left stays
# in $rest, quoted for eval. After `--` nothing is touched.
parse_global()
{
    while [ $# -gt 0 ]; do
        case $1 in
        --yes | -y) assume_yes=1 ;;
        --verbose) verbose=1 ;;
        --help | -h) want_help=1 ;;
        --version)
            say "vitrine 0.1.0"
            exit 0
            ;;
        --out)
            [ $# -gt 1 ] || die_usage "--out needs a folder" main
            shift
            out=$1
            ;;
        --out=*) out=${1#--out=} ;;
        --)
            while [ $# -gt 0 ]; do
                keep "$1"
                shift
            done
            break
            ;;
        *)
            if [ -z "$command" ]; then
                case $1 in
                -*) die_usage "unknown option '$1'" main ;;
                esac
                command=$1
            elif [ "$command" = help ]; then
                topic=$1
            else
                keep "$1"
            fi
            ;;
        esac
        shift
    done
    if [ "$want_help" = 1 ] && [ -z "$command" ]; then
        command=help
    fi
}

# The output folder of NAME, made if needed: $out or out/NAME.
need_out()
{
    [ -n "$out" ] || out=$root/out/$1
    if ! mkdir -p "$out" 2>/dev/null; then
        die "$out: cannot make the output folder"
    fi
    [ -w "$out" ] || die "$out: the output folder is not writable"
}

# A file that will be written: its folder must take it, and it must not be a
# folder itself. The file is not touched.
check_writable()
{
    _dir=${1%/*}
    [ "$_dir" != "$1" ] || _dir=.
    [ -n "$_dir" ] || _dir=/
    [ ! -d "$1" ] || die "$1: is a folder, not a file to write"
    [ -d "$_dir" ] || die "$1: there is no folder $_dir"
    [ -w "$_dir" ] || die "$1: the folder $_dir is not writable"
    [ ! -e "$1" ] || [ -w "$1" ] || die "$1: not writable"
}

# need_tool NAME: a host tool of the build in $tool.
need_tool()
{
    tool=$build/tools/$1
    if [ ! -x "$tool" ]; then
        die "$tool is missing (configured with -Dtools=false?)"
    fi
    # Where the tools find the names of methods.
    VITRINE_INTERFACES=$build/programs/interfaces.json
    export VITRINE_INTERFACES
}
