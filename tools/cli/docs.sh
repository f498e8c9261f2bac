# vitrine docs: the documentation as a site, pictures from real runs, opened in
# the browser. Python and Sphinx do the work (tools/docs).

. "$cli/setup.sh"

cmd_docs()
{
    open=1
    to=${out:-$root/out/docs}
    while [ $# -gt 0 ]; do
        case $1 in
        --no-open) open=0 ;;
        *) die_usage "docs: no option '$1'" ;;
        esac
        shift
    done
    ensure_setup build run docs
    ensure_built runnable
    page=$(VITRINE_BUILD=$build python3 "$root/tools/docs/build.py" --to "$to") ||
        exit 1
    say "$page"
    if [ $open = 1 ] && [ -t 1 ] && command -v xdg-open > /dev/null; then
        xdg-open "$page" > /dev/null 2>&1 &
    fi
}
