# The machine a description wants, where no option says otherwise.
#
#   -- wants ram 128M           so much memory
#   -- wants disk 16 disk        a disk of 16 MiB, with the folder disk beside
#                                the description on it
#   -- wants forward 0:80        a port of the host's that leads to its port 80
#   -- wants keys                of a terminal, one by one: Ctrl-C is one, too
#   -- wants time-limit 0        on a machine: no end on the wall
#
# in the comment at the description's start. The disk is made once, with ext4,
# and kept: out/NAME/disk.img (disk-TARGET.img for a machine, whose programs
# are others), with some programs of the build in its folder bin. One run at a
# time has it. Descriptor 9 stays open for that, in the simulator, too.

WANTED_PROGRAMS='hello wc' # on the disk

# A tool of a system administrator.
find_tool()
{
    found=$(PATH=$PATH:/usr/sbin:/sbin command -v "$1") ||
        die "$1 is missing (apt-get install $2), so there is no disk for" \
            "$system: give it one (--disk FILE)"
}

# make_disk FILE MIB FOLDER: a file system with the folder's files.
make_disk()
{
    find_tool mke2fs e2fsprogs
    _part=$1.$$ _files=$1.$$.d
    rm -rf "$_files"
    mkdir "$_files" && cp -R "$3/." "$_files" && mkdir -p "$_files/bin" ||
        die "$1: cannot be written"
    for _p in $WANTED_PROGRAMS; do
        cp "$programs/$_p" "$_files/bin" || die "$programs/$_p: missing"
    done
    _said=$(MKE2FS_CONFIG=/dev/null "$found" -q -F -t ext4 -E root_owner=0:0 \
        -O '^has_journal,extent,64bit,flex_bg,metadata_csum' \
        -d "$_files" "$_part" "$2M" 2>&1)
    _code=$?
    rm -rf "$_files"
    if [ $_code != 0 ]; then
        rm -f "$_part"
        die "mke2fs: $_said"
    fi
    mv "$_part" "$1"
}

# want_disk MIB FOLDER
want_disk()
{
    need_out "$system"
    _disk=$out/disk${target:+-$target}.img _made=''
    if [ ! -f "$_disk" ]; then
        make_disk "$_disk" "$1" "${cfg%/*}/$2"
        _made="made now, $1 MiB, ext4; "
    fi
    exec 9< "$_disk"
    if command -v flock > /dev/null && ! flock -n 9; then
        die "$_disk: another run has this disk (--disk FILE takes another)"
    fi
    say "vitrine: disk: $_disk (${_made}--disk FILE takes another)" >&2
    want_option --disk "$_disk"
}

# want_forward HOSTPORT:GUESTPORT. The port is told when the run has it.
want_forward()
{
    if [ -n "$target" ] || [ -x "$build/tools/gateway/vitrine-gateway" ]; then
        want_option --forward "$1"
    else
        say "vitrine: no port of the host's leads to it: the gateway is not" \
            "built (libslirp-dev)" >&2
        want_option --net hub
    fi
}

want_option()
{
    kept_option "$1" "$2"
    typed="$kept $typed"
}

# What of the description's wishes the options leave open.
apply_wants()
{
    while read -r _dashes _wants _what _one _two; do
        case $_dashes,$_wants,$_what in
        --,wants,disk)
            case $options in
            *"'--disk'"*) ;;
            *) want_disk "$_one" "$_two" ;;
            esac
            ;;
        --,wants,ram | --,wants,time-limit)
            case $_what,$target,$options in
            time-limit,,* | *"'--$_what'"*) ;;
            *) want_option "--$_what" "$_one" ;;
            esac
            ;;
        --,wants,keys)
            case $options in
            *"'--keys'"*) ;;
            *)
                option --keys
                typed="--keys $typed"
                ;;
            esac
            ;;
        --,wants,forward)
            case $options in
            *"'--net'"* | *"'--forward'"*) ;;
            *) want_forward "$_one" ;;
            esac
            ;;
        --*) ;;
        *) break ;;
        esac
    done < "$cfg"
}
