/* The look-up of lines.h. */
#include "lines.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Names from a trace are printable, but a file's name has no slash. */
static bool is_plain(const char *name)
{
    return name[0] && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                        "0123456789-_.") == strlen(name);
}

/* The innermost of inlined functions that is not a header's. */
static void own_line(FILE *f, char to[LINE_TEXT])
{
    char line[1024];

    while (fgets(line, sizeof(line), f)) {
        line[strcspn(line, " \n")] = 0;
        const char *file = strrchr(line, '/');
        file = file ? file + 1 : line;
        bool source = strstr(file, ".c:") != NULL;
        if (file[0] != '?' && (!to[0] || source))
            snprintf(to, LINE_TEXT, "%.*s", LINE_TEXT - 1, file);
        if (source)
            return;
    }
}

const char *source_line(const struct names *n, const char *programs,
                        uint32_t task, uint64_t ip, char to[LINE_TEXT])
{
    const struct object_info *o = names_get(n, task);
    char path[512], command[1024];

    to[0] = 0;
    if (!programs || !o || !ip || !is_plain(o->image))
        return to;
    snprintf(path, sizeof(path), "%s/%s", programs, o->image);
    if (strchr(path, '\'') || access(path, R_OK))
        return to;
    snprintf(command, sizeof(command),
             "addr2line -i -e '%s' 0x%" PRIx64 " 2>/dev/null", path,
             ip - o->base);
    FILE *f = popen(command, "r");
    if (f) {
        own_line(f, to);
        pclose(f);
    }
    return to;
}
