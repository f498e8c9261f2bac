/*
 * test, and [ ... ]: a question as a command; its status is the answer.
 *
 *      test -e FILE   -f FILE   -d FILE      is there; a file; a folder
 *      test -n TEXT   -z TEXT   TEXT         has characters; has none
 *      test A = B     A != B                 texts
 *      test A -eq B   -ne -lt -le -gt -ge    numbers
 *      test ! ...                            the other way round
 */
#include "builtin.h"
#include "console.h"
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { YES, NO, WRONG };

static int answer(bool is)
{
    return is ? YES : NO;
}

static int one(const char *question, const char *what)
{
    struct stat s;
    bool is_there =
        question[0] == '-' && strchr("efd", question[1]) && !stat(what, &s);
    if (!strcmp(question, "-e"))
        return answer(is_there);
    if (!strcmp(question, "-f"))
        return answer(is_there && S_ISREG(s.st_mode));
    if (!strcmp(question, "-d"))
        return answer(is_there && S_ISDIR(s.st_mode));
    if (!strcmp(question, "-n"))
        return answer(*what);
    if (!strcmp(question, "-z"))
        return answer(!*what);
    return WRONG;
}

static bool number(const char *text, long *ret_number)
{
    char *end;
    *ret_number = strtol(text, &end, 10);
    return end != text && !*end;
}

static int two(const char *a, const char *question, const char *b)
{
    static const char names[][4] = {"-lt", "-le", "-eq", "-ne", "-ge", "-gt"};
    enum { LT, LE, EQ, NE, GE, GT };
    long x, y;
    if (!strcmp(question, "="))
        return answer(!strcmp(a, b));
    if (!strcmp(question, "!="))
        return answer(strcmp(a, b));
    if (!number(a, &x) || !number(b, &y))
        return WRONG;
    const bool is[] = {[LT] = x<y, [LE] = x <= y, [EQ] = x == y, [NE] = x != y,
                                [GE] = x >= y, [GT] = x>
                           y};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        if (!strcmp(question, names[i]))
            return answer(is[i]);
    return WRONG;
}

static int ask(int count, char **words)
{
    if (count > 1 && !strcmp(words[0], "!")) {
        int other = ask(count - 1, words + 1);
        return other == WRONG ? WRONG : !other;
    }
    return count == 0   ? NO
           : count == 1 ? answer(*words[0])
           : count == 2 ? one(words[0], words[1])
           : count == 3 ? two(words[0], words[1], words[2])
                        : WRONG;
}

int do_test(int argc, char **argv)
{
    int last = argc - 1, result = WRONG;
    bool has_bracket = !strcmp(argv[0], "[");
    if (!has_bracket)
        result = ask(last, argv + 1);
    else if (last && !strcmp(argv[last], "]"))
        result = ask(last - 1, argv + 1);
    if (result == WRONG)
        tell("%s: this is no question: -e -f -d -n -z = != -eq -ne -lt -le -gt "
             "-ge\n",
             argv[0]);
    return result;
}
