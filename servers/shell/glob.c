/*
 * Names of files that fit a pattern (see glob.h).
 */
#include "glob.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool glob_is_pattern(const char *word)
{
    return strpbrk(word, (char[]){GLOB_MANY, GLOB_ONE, 0});
}

void glob_undo(char *word)
{
    for (; *word; word++)
        *word = *word == GLOB_MANY ? '*' : *word == GLOB_ONE ? '?' : *word;
}

/* The last * is tried with one character more whenever what follows it does
 * not fit: no recursion, at most |pattern| * |name| steps. */
bool glob_fits(const char *pattern, const char *name)
{
    const char *many = NULL, *again = NULL;
    while (*name) {
        if (*pattern == GLOB_MANY) {
            many = ++pattern;
            again = name;
        } else if (*pattern == *name || *pattern == GLOB_ONE) {
            pattern++;
            name++;
        } else if (many) {
            pattern = many;
            name = ++again;
        } else {
            return false;
        }
    }
    while (*pattern == GLOB_MANY)
        pattern++;
    return !*pattern;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

unsigned glob_files(const char *pattern, char ret_paths[][GLOB_PATH])
{
    const char *last = strrchr(pattern, '/');
    size_t folder = last ? (size_t)(last - pattern) + 1 : 0;
    char path[GLOB_PATH];
    unsigned n = 0;
    if (folder >= GLOB_PATH)
        return 0;
    snprintf(path, sizeof path, "%.*s", folder ? (int)folder : 1,
             folder ? pattern : "/");
    last = pattern + folder;
    DIR *d = glob_is_pattern(path) ? NULL : opendir(path);
    for (struct dirent *e; d && n < GLOB_MAX && (e = readdir(d));) {
        size_t size = strlen(e->d_name) + 1;
        if ((*e->d_name == '.' && *last != '.') || folder + size > GLOB_PATH ||
            !glob_fits(last, e->d_name))
            continue;
        memcpy(ret_paths[n], pattern, folder);
        memcpy(ret_paths[n++] + folder, e->d_name, size);
    }
    if (d)
        closedir(d);
    qsort(ret_paths, n, GLOB_PATH, by_name);
    return n;
}
