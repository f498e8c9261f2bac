# vitrine run --target NAME: the same system on a QEMU machine.
#
#   build_target NAME   ->  build-NAME/: kernel and programs, by cross/NAME.ini
#
# and tools/qemu/run.py takes the simulator's place: $sim, with run's options.
# The programs of the description are the machine's then: find_system looks
# into $programs.

target_kernel=''

# build_target NAME: sets $programs, $sim and $target_kernel.
build_target()
{
    case $1 in
    riscv64 | aarch64 | x86_64) ;;
    *) die "--target: '$1' is none of sim, riscv64, aarch64, x86_64" ;;
    esac
    ensure_setup build run "$1"
    _host=$build
    build=$_host-$1
    if [ ! -f "$build/build.ninja" ]; then
        say "Configuring for $1 with Meson ..." >&2
        run_meson setup --cross-file "$root/cross/$1.ini" -Dport="$1" \
            -Dtools=false "$build" "$root"
    fi
    ensure_built runnable
    programs=$build/programs
    target_kernel=$build/sim-kernel/port/common/vitrine-kernel
    build=$_host
    sim=$root/tools/qemu/run.py
    case $options in
    *--max-steps* | *--no-fast-path*)
        die "--max-steps and --no-fast-path are the simulator's, not a" \
            "machine's (--target)"
        ;;
    esac
}
