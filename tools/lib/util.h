/*
 * What every host tool needs: memory that is there or the end, one way to
 * say what went wrong, and output files that appear whole or not at all.
 */
#ifndef TOOLS_UTIL_H
#define TOOLS_UTIL_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Exit codes of docs/exit-codes.md that tools use. */
enum {
    EXIT_DIFFERS = 1,
    EXIT_BAD_USAGE = 103,
    EXIT_BUG = 104,
    EXIT_BAD_TRACE = 105
};

void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t count, size_t size);
char *xstrdup(const char *text);

/* Makes room for one more element behind `used` in a growing array. */
#define array_need_room(array, used, room)                                     \
    do {                                                                       \
        if ((used) == (room)) {                                                \
            (room) = (room) ? 2 * (room) : 16;                                 \
            (array) = xrealloc((array), (room), sizeof(*(array)));             \
        }                                                                      \
    } while (0)

/* "vitrine: MESSAGE" on stderr. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same, and exit(code). */
_Noreturn void die(int code, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * An output: a path, written beside it and renamed by outfile_commit(), or
 * standard output for NULL and "-". Unwritable: dies with EXIT_BAD_USAGE and
 * leaves what was there.
 */
struct outfile {
    FILE *file;
    const char *path; /* NULL: standard output */
    char *temporary;
};
void outfile_open(struct outfile *o, const char *path);
void outfile_commit(struct outfile *o);

/* Text with &, <, > and " as XML entities; control bytes become '?'. */
void xml_text(FILE *f, const char *text);
/* A JSON string with its quotes. */
void json_text(FILE *f, const char *text);

#endif
