/*
 * Criterion's assertions for a fuzz target, where what does not hold must end
 * the process. Only what tests/core/kernel.c, fixture.c and the random tests
 * use. A test of theirs becomes a function that nobody calls.
 */
#ifndef FUZZ_CRITERION_H
#define FUZZ_CRITERION_H

#include <stdio.h>
#include <stdlib.h>

#define fuzz_require(condition, text)                                          \
    ((condition) ? (void)0                                                     \
                 : (fprintf(stderr, "%s:%d: not true: %s\n", __FILE__,         \
                            __LINE__, text),                                   \
                    abort()))

#define cr_assert(condition, ...)  fuzz_require(condition, #condition)
#define cr_assert_eq(a, b, ...)    fuzz_require((a) == (b), #a " == " #b)
#define cr_assert_null(p, ...)     fuzz_require(!(p), #p " is NULL")
#define cr_assert_not_null(p, ...) fuzz_require(p, #p " is not NULL")
#define Test(suite, name, ...)                                                 \
    __attribute__((unused)) static void suite##_##name(void)

#endif
