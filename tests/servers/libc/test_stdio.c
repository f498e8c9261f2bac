/*
 * printf() and scanf() to the last digit, and streams in memory. A TAP
 * producer. Source of what is expected: C17, 7.21.6; IEEE 754.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

__attribute__((format(printf, 2, 3))) static int prints(const char *wanted,
                                                        const char *format, ...)
{
    char got[400];
    va_list list;

    va_start(list, format);
    int length = vsnprintf(got, sizeof got, format, list);
    va_end(list);
    if (!strcmp(got, wanted) && length == (int)strlen(wanted))
        return 1;
    printf("# \"%s\", not \"%s\"\n", got, wanted);
    return 0;
}

static void integers_are_printed(void)
{
    fact(prints("-2147483648 4294967295", "%d %u", INT_MIN, UINT_MAX) &&
             prints("9223372036854775807 -9223372036854775808", "%ld %lld",
                    LONG_MAX, LLONG_MIN),
         "limits");
    fact(prints("00042|42   |   42|+42| 42", "%05d|%-5d|%5d|%+d|% d", 42, 42,
                42, 42, 42),
         "widths_and_signs");
    fact(prints("0x2a 052 2A ff", "%#x %#o %X %hhx", 42u, 42u, 42u, 0xffu),
         "bases");
    fact(prints("[]|  007|-0012", "[%.0d]|%5.3d|%.4d", 0, 7, -12),
         "precision_of_integers");
    fact(prints("   ab|ab   |a", "%5s|%-5s|%.1s", "ab", "ab", "ab"),
         "strings_in_fields");
    fact(prints("2 1", "%2$d %1$d", 1, 2), "arguments_by_number");
    fact(prints("%c A", "%%c %c", 'A'), "a_percent_sign");
}

static void numbers_are_exact(void)
{
    fact(prints("0.1000000000000000055511151231257827021181583404541015625",
                "%.55f", 0.1),
         "all_digits_of_a_tenth");
    fact(prints("0.5 1.5 2 2 4", "%g %g %.0f %.0f %.0f", 0.5, 1.5, 1.5, 2.5,
                3.5),
         "halves_are_rounded_to_even");
    fact(prints("1.7976931348623157e+308 4.9406564584124654e-324",
                "%.16e %.16e", DBL_MAX, 4.9406564584124654e-324),
         "largest_and_smallest");
    fact(prints("1e+06 100000 1e-05 0.0001", "%g %g %g %g", 1e6, 1e5, 1e-5,
                1e-4),
         "g_chooses");
    fact(prints("0x1.8p+1 -0x1p-1", "%a %a", 3.0, -0.5), "hexadecimal");
    fact(prints("inf -INF nan", "%f %F %f", INFINITY, -INFINITY, (double)NAN),
         "what_is_no_number");
    fact(prints("-0.00 +3.1", "%.2f %+.1f", -0.0, 3.14159), "signs");
}

static void lengths_are_told(void)
{
    char room[8];
    size_t volatile size = 4; /* GCC would warn of what is wanted here */
    int written = 0;

    fact(snprintf(room, size, "%d", 123456) == 6 && !strcmp(room, "123"),
         "what_does_not_fit_is_cut_and_counted");
    fact(snprintf(0, 0, "%s", "four") == 4, "nothing_need_be_written");
    snprintf(room, size, "ab%n", &written);
    fact(written == 2, "n_counts");
}

static void input_is_scanned(void)
{
    int a = 0, b = 0, n = 0;
    unsigned x = 0;
    char word[10] = "", set[10] = "";
    double d = 0;
    char *made = 0;

    fact(sscanf(" 12 -7 0x1F", "%d%d%x", &a, &b, &x) == 3 && a == 12 &&
             b == -7 && x == 31,
         "integers");
    fact(sscanf("010 0x10 10", "%i%i%i", &a, &b, &n) == 3 && a == 8 &&
             b == 16 && n == 10,
         "by_their_prefix");
    fact(sscanf("key=some words", "%3[a-z]=%9s%n", set, word, &n) == 2 &&
             !strcmp(set, "key") && !strcmp(word, "some") && n == 8,
         "sets_and_words");
    fact(sscanf("1e-3 nan", "%lf", &d) == 1 && d == 1e-3, "a_number");
    fact(sscanf("5 apples", "%d %d", &a, &b) == 1 && a == 5, "a_mismatch");
    fact(sscanf("", "%d", &a) == EOF, "the_end");
    fact(sscanf("12345", "%2d%*1d%2d", &a, &b) == 2 && a == 12 && b == 45,
         "widths_and_what_is_left_out");
    fact(sscanf("long", "%ms", &made) == 1 && !strcmp(made, "long"),
         "memory_is_made");
    free(made);
}

static void streams_in_memory(void)
{
    char *text = 0, line[20];
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    fprintf(f, "one\ntwo %d\n", 2);
    fclose(f);
    fact(size == 10 && !strcmp(text, "one\ntwo 2\n"), "one_that_is_written");
    f = fmemopen(text, size, "r");
    fact(fgets(line, sizeof line, f) && !strcmp(line, "one\n") && ftell(f) == 4,
         "one_that_is_read");
    fact(ungetc('X', f) == 'X' && getc(f) == 'X' && getc(f) == 't',
         "what_is_put_back_comes_again");
    fact(!fseek(f, -2, SEEK_END) && getc(f) == '2' && getc(f) == '\n' &&
             getc(f) == EOF && feof(f),
         "it_has_an_end");
    clearerr(f);
    rewind(f);
    char *made = 0;
    size_t room = 0;
    fact(getdelim(&made, &room, ' ', f) == 8 && !strcmp(made, "one\ntwo "),
         "getdelim");
    free(made);
    fclose(f);
    free(text);
}

static void wide_streams(void)
{
    wchar_t wide[20];

    fact(swprintf(wide, 20, L"%ls-%d", L"w", 5) == 3 && !wcscmp(wide, L"w-5"),
         "wide_output");
    int number = 0;
    fact(swscanf(L"77 x", L"%d", &number) == 1 && number == 77, "wide_input");
    fact(prints("18446744073709551615", "%" PRIu64, UINT64_MAX),
         "sizes_by_name");
}

int main(void)
{
    integers_are_printed();
    numbers_are_exact();
    lengths_are_told();
    input_is_scanned();
    streams_in_memory();
    wide_streams();
    return tap_end();
}
