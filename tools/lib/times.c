/* The times of times.h, without floating point: a time is exact. */
#include "times.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct unit {
    const char *name;
    uint64_t ns;
} units[] = {{"ns", 1}, {"us", 1000}, {"ms", 1000000}, {"s", 1000000000}};

enum { UNITS = sizeof(units) / sizeof(units[0]) };

static const struct unit *read_unit(const char **text)
{
    for (unsigned i = 0; i < UNITS; i++)
        if (!strncmp(*text, units[i].name, strlen(units[i].name))) {
            *text += strlen(units[i].name);
            return &units[i];
        }
    return &units[0];
}

bool time_read(const char **text, uint64_t *ret_ns)
{
    const char *point;
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    uint64_t whole = strtoull(*text, &end, 0), rest = 0, scale = 1;
    if (end[0] == '.' && isdigit((unsigned char)end[1])) {
        point = ++end;
        for (; isdigit((unsigned char)*end); end++)
            if (end - point < 9) {
                rest = rest * 10 + (uint64_t)(*end - '0');
                scale *= 10;
            }
    }
    *text = end;
    uint64_t ns = read_unit(text)->ns;
    *ret_ns = whole * ns + rest * ns / scale;
    return true;
}

bool time_parse(const char *text, uint64_t *ret_ns)
{
    return time_read(&text, ret_ns) && !*text;
}

bool time_span(const char *text, uint64_t *ret_from, uint64_t *ret_until)
{
    uint64_t from = 0, until = ~0ull;

    if (strncmp(text, "..", 2) && !time_read(&text, &from))
        return false;
    if (strncmp(text, "..", 2))
        return false;
    text += 2;
    if (*text && (!time_read(&text, &until) || *text))
        return false;
    *ret_from = from;
    *ret_until = until;
    return from <= until;
}

const char *time_text(uint64_t ns, char to[TIME_TEXT])
{
    unsigned unit = ns < 1000000 ? 1 : ns < 1000000000 ? 2 : 3;
    uint64_t size = units[unit].ns;

    snprintf(to, TIME_TEXT, "%" PRIu64 ".%03" PRIu64 " %s", ns / size,
             ns % size / (size / 1000), units[unit].name);
    return to;
}
