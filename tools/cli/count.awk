# Sums up Meson's JUnit log (or several): "N passed, N failed, N skipped".
# A TAP program counts by its sub-tests, any other test as one. Exits 1 if
# anything failed. failed_more=N adds failures that no log knows.

function number(text, key,    value) {
    if (!match(text, " " key "=\"[0-9]+\""))
        return 0
    value = substr(text, RSTART + length(key) + 3, RLENGTH)
    return value + 0
}

{
    line = $0
    while (match(line, /<testsuite [^>]*>/)) {
        suite = substr(line, RSTART, RLENGTH)
        line = substr(line, RSTART + RLENGTH)
        bad = number(suite, "failures") + number(suite, "errors")
        skipped += number(suite, "skipped")
        failed += bad
        passed += number(suite, "tests") - bad - number(suite, "skipped")
    }
}
END {
    failed += failed_more
    printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
    exit failed > 0
}
