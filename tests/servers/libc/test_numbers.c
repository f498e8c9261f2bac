/*
 * Numbers from text, arithmetic, functions of <math.h>, and the calendar. A
 * TAP producer. Source of what is expected: C17, annex F; POSIX.1-2017.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <complex.h>
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double volatile one = 1, zero = 0;

static void text_becomes_numbers(void)
{
    char *end;

    fact(strtol("  -0x1fz", &end, 0) == -31 && *end == 'z', "strtol");
    errno = 0;
    fact(strtol("9223372036854775808", 0, 10) == LONG_MAX && errno == ERANGE,
         "one_that_is_too_large");
    fact(strtoul("-1", 0, 10) == ULONG_MAX && strtol("zz", 0, 36) == 1295,
         "signs_and_bases");
    fact(strtod("0.1", 0) == 0.1 && strtod("0x1.8p1", 0) == 3 &&
             isinf(strtod("inf", 0)) && isnan(strtod("nan", 0)),
         "strtod");
    fact(strtod("2.2250738585072011e-308", 0) == 0x0.fffffffffffffp-1022 &&
             strtod("9007199254740993", 0) == 9007199254740992.0 &&
             strtod("9007199254740993.0000000000000001", 0) ==
                 9007199254740994.0,
         "to_the_nearest_with_all_digits");
    fact(strtod("1e400", 0) == HUGE_VAL && strtod("1e-400", 0) == 0,
         "out_of_range");
}

/* Each comes back from its 17 digits. */
static void numbers_come_back(void)
{
    uint64_t bits = 0x9e3779b97f4a7c15;
    int is_same = 1;

    for (int i = 0; i < 300; i++) {
        char text[40];
        double d;
        bits = bits * 6364136223846793005u + 1442695040888963407u;
        memcpy(&d, &bits, sizeof d);
        if (!isfinite(d))
            continue;
        snprintf(text, sizeof text, "%.17g", d);
        is_same = is_same && strtod(text, 0) == d;
    }
    fact(is_same, "seventeen_digits_are_enough");
}

static int is_near(double got, double wanted)
{
    return fabs(got - wanted) <= fabs(wanted) * 4 * DBL_EPSILON;
}

static void functions(void)
{
    const double pi = 3.14159265358979323846;

    fact(sqrt(2 * one) == 1.4142135623730951 && cbrt(27 * one) == 3 &&
             hypot(3 * one, 4) == 5,
         "roots");
    fact(is_near(sin(pi / 6), 0.5) && is_near(atan2(one, -1), 3 * pi / 4) &&
             cos(zero) == 1 && is_near(sin(1e22 * one), -0.8522008497671888),
         "angles");
    fact(is_near(exp(one), 2.718281828459045) && log(one) == 0 &&
             log2(8 * one) == 3 &&
             is_near(expm1(1e-10 * one), 1.00000000005e-10) &&
             is_near(pow(2 * one, 0.5), sqrt(2 * one)),
         "powers");
    fact(is_near(tgamma(6 * one), 120) &&
             is_near(erf(one), 0.8427007929497149) &&
             is_near(lgamma(10 * one), 12.801827480081469),
         "less_common_ones");
    fact(floor(-1.5 * one) == -2 && trunc(-1.5 * one) == -1 &&
             round(-2.5 * one) == -3 && rint(2.5 * one) == 2 &&
             lround(1e9 * one) == 1000000000,
         "whole_numbers");
    fact(fmod(5.5 * one, 2) == 1.5 && remainder(5.5 * one, 2) == -0.5 &&
             fma(one, 2, 3) == 5,
         "remainders");
    int exponent;
    fact(frexp(12 * one, &exponent) == 0.75 && exponent == 4 &&
             ldexp(0.75 * one, 4) == 12 && nextafter(one, 2) == 1 + DBL_EPSILON,
         "parts_of_a_number");
    fact(creal(cexp(I * pi)) == -1 && is_near(cabs(3 + 4 * I), 5), "complex");
}

static void what_is_no_number(void)
{
    feclearexcept(FE_ALL_EXCEPT);
    double volatile infinite = one / zero;
    fact(isinf(infinite) && fetestexcept(FE_DIVBYZERO),
         "a_division_by_zero_is_marked");
    feclearexcept(FE_ALL_EXCEPT);
    fact(isnan(sqrt(-one)) && fetestexcept(FE_INVALID),
         "so_is_what_has_no_result");
    fact(pow(zero, 0) == 1 && signbit(-zero) && isnan(fmod(one, zero)) &&
             fmax(NAN * one, 1) == 1 && atan(infinite) == atan(INFINITY),
         "special_values");
    fesetround(FE_UPWARD);
    double volatile third = one / 3;
    fesetround(FE_TONEAREST);
    fact(third > one / 3, "rounding_can_be_chosen");
}

static void whole_numbers(void)
{
    div_t d = div(-7, 2);
    unsigned state = 1, again = 1;

    fact(d.quot == -3 && d.rem == -1 && labs(-5l) == 5, "div_truncates");
    int first = rand_r(&state);
    fact(rand_r(&again) == first && state == again, "chance_can_be_repeated");
    srand48(42);
    double x = drand48();
    srand48(42);
    fact(drand48() == x && x >= 0 && x < 1, "drand48_too");
    fact(l64a(1000) && a64l(l64a(1000)) == 1000, "numbers_as_letters");
}

static void calendar(void)
{
    struct tm t = {.tm_year = 124, .tm_mon = 1, .tm_mday = 30}, back;
    char text[60];
    time_t when = 1709164800; /* 29 February 2024, 00:00 UTC */

    gmtime_r(&when, &back);
    fact(back.tm_mday == 29 && back.tm_mon == 1 && back.tm_wday == 4 &&
             back.tm_yday == 59,
         "a_leap_day");
    fact(timegm(&t) == 1709251200 && t.tm_mon == 2 && t.tm_mday == 1,
         "the_thirtieth_of_february_is_the_first_of_march");
    strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j %U %%", &back);
    fact(!strcmp(text, "2024-02-29 00:00:00 Thu 060 08 %"), "strftime");
    memset(&t, 0, sizeof t);
    fact(strptime("31 Dec 1999 23:59:58", "%d %b %Y %T", &t) &&
             timegm(&t) == 946684798,
         "strptime");
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    when = 1719835200; /* 1 July 2024, 12:00 UTC */
    localtime_r(&when, &back);
    fact(back.tm_hour == 14 && back.tm_isdst == 1 &&
             !strcmp(back.tm_zone, "CEST"),
         "summer_time");
    fact(mktime(&back) == when, "and_back");
    when = -1;
    gmtime_r(&when, &back);
    fact(back.tm_year == 69 && back.tm_sec == 59, "before_1970");
}

int main(void)
{
    text_becomes_numbers();
    numbers_come_back();
    functions();
    what_is_no_number();
    whole_numbers();
    calendar();
    return tap_end();
}
