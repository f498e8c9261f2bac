/*
 * Strings, wide characters, character sets, patterns, and what is searched
 * for. A TAP producer. Source of what is expected: POSIX.1-2017.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <iconv.h>
#include <langinfo.h>
#include <locale.h>
#include <regex.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <wchar.h>
#include <wctype.h>

/* The compiler must not know them. */
static const char *volatile hello = "HeLLo", *volatile file9 = "file9";

static void strings(void)
{
    char text[] = "a,b,,c", *rest = text, room[6];

    fact(!strcmp(strsep(&rest, ","), "a") && !strcmp(strsep(&rest, ","), "b") &&
             !*strsep(&rest, ",") && !strcmp(strsep(&rest, ","), "c") && !rest,
         "strsep_sees_what_is_empty");
    char again[] = "  x  y ", *save;
    fact(!strcmp(strtok_r(again, " ", &save), "x") &&
             !strcmp(strtok_r(0, " ", &save), "y") && !strtok_r(0, " ", &save),
         "strtok_does_not");
    fact(strlcpy(room, "abcdefgh", sizeof room) == 8 && !strcmp(room, "abcde"),
         "strlcpy_cuts");
    fact(strspn("aab", "a") == 2 && strcspn("xyz,", ",") == 3 &&
             !strcmp(strpbrk("key=v", "=:"), "=v"),
         "spans");
    fact(!strcmp(strstr("the needle here", "needle"), "needle here") &&
             !strstr("abc", "abcd") && memmem("ab\0cd", 5, "\0c", 2) != 0,
         "what_is_inside");
    fact(strcasecmp(hello, "hEllO") == 0 && strncmp(hello, "HeXX", 2) == 0 &&
             strverscmp(file9, "file10") < 0,
         "comparisons");
    memmove(room + 1, room, 4);
    fact(!strcmp(room, "aabcd"), "memmove_overlaps");
    fact(!strcmp(strerror(ENOENT), "No such file or directory"),
         "errors_have_names");
}

static void characters(void)
{
    fact(isalpha('x') && !isalpha('1') && isxdigit('f') && ispunct('!') &&
             toupper('a') == 'A',
         "classes");
    fact(iswalpha(L'\u00e4') && towupper(L'\u00e4') == L'\u00c4' &&
             iswctype(L'7', wctype("digit")),
         "wide_classes");
}

static void wide(void)
{
    const char *text =
        "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"; /* 2, 3, 4 bytes */
    wchar_t to[8];
    char back[20];
    mbstate_t state = {0};

    fact(setlocale(LC_ALL, "C.UTF-8") && MB_CUR_MAX == 4 &&
             !strcmp(nl_langinfo(CODESET), "UTF-8"),
         "the_locale_is_utf_8");
    fact(mbstowcs(to, text, 8) == 3 && to[0] == 0xe4 && to[1] == 0x20ac &&
             to[2] == 0x1f600,
         "utf_8_is_read");
    fact(wcstombs(back, to, sizeof back) == 9 && !strcmp(back, text),
         "and_written");
    fact(mbrtowc(to, "\xc3(", 2, &state) == (size_t)-1 && errno == EILSEQ,
         "what_is_none_is_refused");
    memset(&state, 0, sizeof state);
    fact(mbrtowc(to, "\xe2\x82", 2, &state) == (size_t)-2 &&
             mbrtowc(to, "\xac", 1, &state) == 1 && to[0] == 0x20ac,
         "half_a_character_waits");
    fact(wcstol(L"-12x", 0, 10) == -12 && wcslen(L"abc") == 3 &&
             wcschr(L"abc", L'b') && wcscmp(to, L"b") > 0,
         "wide_strings");
    fact(wcwidth(0x4e00) == 2 && wcwidth(L'a') == 1, "widths");
}

/* `from` in one set of characters is `wanted` in another. */
static int converts(const char *to, const char *set, const char *from,
                    const char *wanted, size_t size)
{
    char room[40], *in = (char *)from, *out = room;
    size_t left = strlen(from), free_room = sizeof room;
    iconv_t c = iconv_open(to, set);
    size_t result = iconv(c, &in, &left, &out, &free_room);

    iconv_close(c);
    return result != (size_t)-1 && !left && (size_t)(out - room) == size &&
           !memcmp(room, wanted, size);
}

static void character_sets(void)
{
    fact(converts("UTF-8", "ISO-8859-1", "\xe4", "\xc3\xa4", 2),
         "latin_1_to_utf_8");
    fact(converts("UTF-16LE", "UTF-8", "\xe2\x82\xac", "\xac\x20", 2),
         "utf_8_to_utf_16");
    fact(converts("ISO-8859-15", "UTF-8", "\xe2\x82\xac", "\xa4", 1),
         "the_euro_of_latin_9");
    fact(iconv_open("UTF-8", "no-such-set") == (iconv_t)-1 && errno == EINVAL,
         "an_unknown_set");
}

/* The extended expression matches; its first group is `group`. */
static int matches(const char *expression, const char *text, const char *group)
{
    regmatch_t m[2];
    regex_t r;
    int result;

    if (regcomp(&r, expression, REG_EXTENDED))
        return -1;
    result = !regexec(&r, text, 2, m, 0);
    regfree(&r);
    if (!result || !group)
        return result;
    return (size_t)(m[1].rm_eo - m[1].rm_so) == strlen(group) &&
           !strncmp(text + m[1].rm_so, group, strlen(group));
}

static void patterns(void)
{
    char why[40];
    regex_t r;

    fact(matches("^([a-z]+)=[0-9]{2,3}$", "key=123", "key") == 1 &&
             matches("^([a-z]+)=[0-9]{2,3}$", "key=1", 0) == 0,
         "expressions");
    fact(matches("a(b|cd)*e", "xxabcdbe", "b") == 1, "the_last_of_a_group");
    fact(matches("(a+|aab)", "aab", "aab") == 1, "the_longest_is_found");
    fact(matches("(^|[[:space:]])(x)", "a x", " ") == 1, "classes_in_brackets");
    int error = regcomp(&r, "a(b", REG_EXTENDED);
    fact(error == REG_EPAREN && regerror(error, &r, why, sizeof why) > 1,
         "a_broken_one_is_told");
    fact(!fnmatch("*.[ch]", "main.c", 0) &&
             fnmatch("*.[ch]", "main.o", 0) == FNM_NOMATCH &&
             fnmatch("*", "a/b", FNM_PATHNAME) == FNM_NOMATCH &&
             !fnmatch("a?c\\*", "abc*", 0),
         "file_name_patterns");
}

/* --- searching ---------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static int walked;
static int last_seen;
static int is_in_order = 1;

static void on_node(const void *node, VISIT which, int depth)
{
    int value = **(int *const *)node;

    (void)depth;
    if (which != postorder && which != leaf)
        return;
    walked++;
    is_in_order = is_in_order && value > last_seen;
    last_seen = value;
}

static void searching(void)
{
    static int values[200];
    void *tree = 0;
    int key = 74, none = -1;

    for (int i = 0; i < 200; i++)
        values[i] = (i * 37) % 200 + 1;
    for (int i = 0; i < 200; i++)
        tsearch(&values[i], &tree, by_value);
    twalk(tree, on_node);
    fact(walked == 200 && is_in_order, "a_tree_is_in_order");
    fact(**(int **)tfind(&key, &tree, by_value) == 74 &&
             !tfind(&none, &tree, by_value) && tdelete(&key, &tree, by_value) &&
             !tfind(&key, &tree, by_value),
         "found_and_deleted");
    tdestroy(tree, (void (*)(void *))(void *)abs);
    qsort(values, 200, sizeof values[0], by_value);
    int *found = bsearch(&key, values, 200, sizeof values[0], by_value);
    fact(found && found - values == 73 && values[199] == 200,
         "sorted_and_found_by_halves");
    hcreate(50);
    hsearch((ENTRY){.key = "one", .data = &key}, ENTER);
    ENTRY *entry = hsearch((ENTRY){.key = "one"}, FIND);
    fact(entry && entry->data == &key && !hsearch((ENTRY){.key = "two"}, FIND),
         "a_table_by_names");
    hdestroy();
}

int main(void)
{
    strings();
    wide(); /* sets the locale */
    characters();
    character_sets();
    patterns();
    searching();
    return tap_end();
}
