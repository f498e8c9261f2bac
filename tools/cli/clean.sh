# vitrine clean: removes what the build made; with --all the results and the
# fetched sources too.

cmd_clean()
{
    _all=0
    for _w; do
        case $_w in
        --all) _all=1 ;;
        *) die_usage "clean: unknown word '$_w'" ;;
        esac
    done
    [ ! -e "$build" ] || [ -e "$build/build.ninja" ] ||
        [ -e "$build/.setup" ] || die "$build: is not a build folder of ours"
    rm -rf "$build" "$build-riscv64" "$build-aarch64" "$build-x86_64"
    say "removed $build"
    if [ "$_all" = 1 ]; then
        rm -rf "$root/out" "$root/extern"
        say "removed $root/out and $root/extern"
    fi
}
