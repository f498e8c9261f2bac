/* The helpers of util.h. */
#include "util.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void *xcalloc(size_t count, size_t size)
{
    void *p = calloc(count ? count : 1, size);

    if (!p)
        die(EXIT_BUG, "out of memory");
    return p;
}

void *xrealloc(void *old, size_t count, size_t size)
{
    void *p = reallocarray(old, count ? count : 1, size);

    if (!p)
        die(EXIT_BUG, "out of memory");
    return p;
}

char *xstrdup(const char *text)
{
    char *copy = strdup(text);

    if (!copy)
        die(EXIT_BUG, "out of memory");
    return copy;
}

static void complain_list(const char *format, va_list list)
{
    fputs("vitrine: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
}

void complain(const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain_list(format, list);
    va_end(list);
}

void die(int code, const char *format, ...)
{
    va_list list;

    va_start(list, format);
    complain_list(format, list);
    va_end(list);
    exit(code);
}

void outfile_open(struct outfile *o, const char *path)
{
    *o = (struct outfile){.file = stdout};
    if (!path || !strcmp(path, "-"))
        return;
    o->path = path;
    if (asprintf(&o->temporary, "%s.XXXXXX", path) < 0)
        die(EXIT_BUG, "out of memory");

    int fd = mkstemp(o->temporary);
    if (fd < 0)
        die(EXIT_BAD_USAGE, "%s: cannot write there: %s", path,
            strerror(errno));
    mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    o->file = fdopen(fd, "w");
}

void outfile_commit(struct outfile *o)
{
    int bad = ferror(o->file) | fflush(o->file);

    if (!o->path) {
        if (bad && errno != EPIPE)
            die(EXIT_BAD_USAGE, "standard output: %s", strerror(errno));
        return;
    }
    bad |= fclose(o->file);
    if (bad || rename(o->temporary, o->path)) {
        int why = errno;
        unlink(o->temporary);
        die(EXIT_BAD_USAGE, "%s: cannot write: %s", o->path, strerror(why));
    }
    free(o->temporary);
}

void xml_text(FILE *f, const char *text)
{
    for (; *text; text++) {
        unsigned char c = *text;
        switch (c) {
        case '&':
            fputs("&amp;", f);
            break;
        case '<':
            fputs("&lt;", f);
            break;
        case '>':
            fputs("&gt;", f);
            break;
        case '"':
            fputs("&quot;", f);
            break;
        default:
            fputc(c < 0x20 ? '?' : c, f);
        }
    }
}

void json_text(FILE *f, const char *text)
{
    fputc('"', f);
    for (; *text; text++) {
        unsigned char c = *text;
        if (c == '"' || c == '\\')
            fprintf(f, "\\%c", c);
        else if (c < 0x20)
            fprintf(f, "\\u%04x", c);
        else
            fputc(c, f);
    }
    fputc('"', f);
}
