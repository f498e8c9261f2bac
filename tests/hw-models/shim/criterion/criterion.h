/*
 * As much of Criterion as our tests use, for hosts it cannot be installed
 * for (cross builds: Debian's libcriterion is not co-installable).
 *
 * Tests register themselves before main(), which runs each in a process of
 * its own and prints TAP. Arguments are ignored. Only what appears below
 * works; the real Criterion stays the reference.
 */
#ifndef SHIM_CRITERION_H
#define SHIM_CRITERION_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SHIM_MAX = 512, SHIM_FAILED = 99 };

struct shim_options {
    void (*init)(void), (*fini)(void);
    int signal, exit_code;
};

struct shim_test {
    const char *suite, *name;
    void (*body)(void);
    struct shim_options options;
};

/* Weak: a test program may have several files that include this. */
#define SHIM_ONCE __attribute__((weak))
SHIM_ONCE struct shim_test shim_tests[SHIM_MAX], shim_suites[SHIM_MAX];
SHIM_ONCE int shim_test_count, shim_suite_count;

#define SHIM_REGISTER(list, count, function, ...)                              \
    __attribute__((constructor)) static void function(void)                    \
    {                                                                          \
        list[count++] = (struct shim_test){__VA_ARGS__};                       \
    }

#define Test(suite, name, ...)                                                 \
    static void suite##_##name##_body(void);                                   \
    SHIM_REGISTER(shim_tests, shim_test_count, suite##_##name##_register,      \
                  #suite, #name, suite##_##name##_body, {__VA_ARGS__})         \
    static void suite##_##name##_body(void)

#define TestSuite(suite, ...)                                                  \
    SHIM_REGISTER(shim_suites, shim_suite_count, suite##_suite_register,       \
                  #suite, "", NULL, {__VA_ARGS__})                             \
    _Static_assert(1, "a semicolon follows")

__attribute__((noreturn, format(printf, 4, 5))) static inline void
shim_failed(const char *file, int line, const char *what, const char *format,
            ...)
{
    va_list args;

    va_start(args, format);
    printf("# %s:%d: %s: ", file, line, what);
    vprintf(format, args);
    printf("\n");
    fflush(stdout);
    va_end(args);
    _exit(SHIM_FAILED);
}

#define SHIM_ASSERT(condition, text, ...)                                      \
    do {                                                                       \
        if (!(condition))                                                      \
            shim_failed(__FILE__, __LINE__, text, " " __VA_ARGS__);            \
    } while (0)
/* A line of the log. */
#define cr_log_info(...)      (printf("# " __VA_ARGS__), (void)putchar('\n'))
#define cr_assert(c, ...)     SHIM_ASSERT(c, #c, __VA_ARGS__)
#define cr_assert_not(c, ...) SHIM_ASSERT(!(c), "not " #c, __VA_ARGS__)
#define cr_assert_eq(a, b, ...)                                                \
    SHIM_ASSERT((a) == (b), #a " == " #b, __VA_ARGS__)
#define cr_assert_neq(a, b, ...)                                               \
    SHIM_ASSERT((a) != (b), #a " != " #b, __VA_ARGS__)
#define cr_assert_lt(a, b, ...) SHIM_ASSERT((a) < (b), #a " < " #b, __VA_ARGS__)
#define cr_assert_leq(a, b, ...)                                               \
    SHIM_ASSERT((a) <= (b), #a " <= " #b, __VA_ARGS__)
#define cr_assert_gt(a, b, ...) SHIM_ASSERT((a) > (b), #a " > " #b, __VA_ARGS__)
#define cr_assert_geq(a, b, ...)                                               \
    SHIM_ASSERT((a) >= (b), #a " >= " #b, __VA_ARGS__)
#define cr_assert_null(p, ...)     SHIM_ASSERT(!(p), #p " == NULL", __VA_ARGS__)
#define cr_assert_not_null(p, ...) SHIM_ASSERT(p, #p " != NULL", __VA_ARGS__)
#define cr_assert_arr_eq(a, b, size, ...)                                      \
    SHIM_ASSERT(memcmp(a, b, size) == 0, #a " is " #b, __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...)                                            \
    SHIM_ASSERT(strcmp(a, b) == 0, #a " is " #b, __VA_ARGS__)

static inline struct shim_options shim_options_of(const struct shim_test *t)
{
    struct shim_options o = t->options;

    for (int i = 0; i < shim_suite_count; i++)
        if (strcmp(shim_suites[i].suite, t->suite) == 0) {
            if (!o.init)
                o.init = shim_suites[i].options.init;
            if (!o.fini)
                o.fini = shim_suites[i].options.fini;
        }
    return o;
}

static inline int shim_passes(const struct shim_test *t)
{
    struct shim_options o = shim_options_of(t);
    int status = 0;
    pid_t child;

    fflush(stdout);
    child = fork();
    if (child == 0) {
        if (o.init)
            o.init();
        t->body();
        if (o.fini)
            o.fini();
        fflush(stdout);
        _exit(0);
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return 0;
    if (o.signal)
        return WIFSIGNALED(status) && WTERMSIG(status) == o.signal;
    return WIFEXITED(status) && WEXITSTATUS(status) == o.exit_code;
}

SHIM_ONCE int main(void)
{
    int failed = 0;

    printf("1..%d\n", shim_test_count);
    for (int i = 0; i < shim_test_count; i++) {
        int ok = shim_passes(&shim_tests[i]);

        printf("%s %d - %s::%s\n", ok ? "ok" : "not ok", i + 1,
               shim_tests[i].suite, shim_tests[i].name);
        failed += !ok;
    }
    return failed != 0;
}

#endif
