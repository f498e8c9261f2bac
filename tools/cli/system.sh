# From a SYSTEM on the command line to the simulator's arguments.
#
#   hello                          a program of the build
#   path/to/an.elf                 a program of your own
#   clntsrv                        examples/clntsrv/clntsrv.cfg
#   path/to/description.cfg        a system description
#
# find_system NAME [ARG...] sets
#   system    short name (output folder, trace header)
#   boot      the command moe starts: "rom/ned rom/x.cfg ARG..."
#   modules   host files, quoted for eval
#   cfg       the description's path; empty: a program
# A program that exists goes before a description of the same name only if
# there is no description: examples/hello/hello.cfg wins over hello.

add_module()
{
    quote "$1"
    modules="$modules $quoted"
}

need_program()
{
    [ -r "$programs/$1" ] || die "the program '$1' is not in $programs"
    add_module "$programs/$1"
}

# The names there are, for the message when one is wrong.
known_systems()
{
    for _f in "$root"/examples/*/*.cfg; do
        [ -r "$_f" ] || continue
        _f=${_f##*/}
        printf ' %s' "${_f%.cfg}"
    done
    for _f in "$programs"/*; do
        case ${_f##*/} in
        sigma0 | moe | ned | '*' | *.p | bench_*) ;;
        *) [ ! -x "$_f" ] || printf ' %s' "${_f##*/}" ;;
        esac
    done
}

is_elf()
{
    IFS= read -r _magic < "$1" 2>/dev/null
    case $_magic in
    ?ELF*) return 0 ;;
    esac
    return 1
}

# One that runs with no other below it (servers/lib/kenge).
is_root_program()
{
    LC_ALL=C grep -q 'vitrine: a root program' "$1"
}

use_description()
{
    cfg=$1
    [ -f "$cfg" ] || die "$cfg: no such file"
    [ -r "$cfg" ] || die "$cfg: cannot be read"
    case $cfg in
    */*) ;;
    *) cfg=./$cfg ;;
    esac
    boot="rom/ned rom/${cfg##*/}"
    need_program sigma0
    need_program moe
    need_program ned
    add_module "$cfg"
    _list=$(awk -f "$cli/modules.awk" "$cfg" "$programs" \
        sigma0 moe ned "${cfg##*/}") || exit $EXIT_USAGE
    _ifs=$IFS
    IFS='
'
    for _m in $_list; do
        add_module "$_m"
    done
    IFS=$_ifs
}

use_program()
{
    _path=$1
    [ -r "$_path" ] || die "$_path: cannot be read"
    is_elf "$_path" || die "$_path: is neither a program (ELF) nor a" \
        "system description (.cfg)"
    if is_root_program "$_path"; then
        boot=${_path##*/}
        add_module "$_path"
        return
    fi
    boot="rom/${_path##*/}"
    need_program sigma0
    need_program moe
    case ${_path##*/} in
    sigma0 | moe) ;;
    *) add_module "$_path" ;;
    esac
}

# find_by_name NAME: a description of the examples or labs, or a program.
find_by_name()
{
    for _f in "$root/examples/$1/$1.cfg" "$root"/examples/*/"$1.cfg" \
        "$root/labs/$1/$1.cfg" "$root/tools/bench/$1.cfg"; do
        if [ -f "$_f" ]; then
            use_description "$_f"
            return
        fi
    done
    if [ -f "$programs/$1" ]; then
        use_program "$programs/$1"
        return
    fi
    die "no system or program '$1'; there are:$(known_systems)"
}

find_system()
{
    modules='' boot='' cfg=''
    system=${1##*/}
    system=${system%.cfg}
    case $1 in
    *.cfg) use_description "$1" ;;
    */*)
        [ -e "$1" ] || die "$1: no such file"
        [ -f "$1" ] || die "$1: is not a file"
        use_program "$1"
        ;;
    *) find_by_name "$1" ;;
    esac
    shift
    for _arg; do
        boot="$boot $_arg"
    done
}
