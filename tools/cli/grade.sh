# vitrine grade: a class's submissions, judged in parallel.

. "$cli/lab.sh"

cmd_grade()
{
    [ $# -gt 0 ] || die_usage "grade needs the submissions' DIR"
    run_vlab grade "$@"
}
