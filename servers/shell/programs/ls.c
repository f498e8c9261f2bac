/*
 * ls [-l] [PATH ...]: a file's name, or the names in a folder, a line each; -l:
 * kind and size, too. Of several folders each has a title.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_long;

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A line for what is at `path`. */
static void show(const char *path, const char *name)
{
    struct stat s;
    if (!is_long)
        printf("%s\n", name);
    else if (stat(path, &s) < 0)
        printf("? %10s %s\n", "", name);
    else
        printf("%c %10lld %s\n", S_ISDIR(s.st_mode) ? 'd' : '-',
               (long long)s.st_size, name);
}

static void show_in(const char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    show(path, name);
}

static int list(const char *folder)
{
    char **names = NULL;
    size_t count = 0;
    DIR *d = opendir(folder);
    if (!d) {
        perror(folder);
        return 1;
    }
    for (struct dirent *e = readdir(d); e; e = readdir(d)) {
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
            continue;
        char **more = realloc(names, (count + 1) * sizeof *names);
        if (!more)
            break;
        names = more;
        names[count++] = strdup(e->d_name);
    }
    closedir(d);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        show_in(folder, names[i]);
        free(names[i]);
    }
    free(names);
    return 0;
}

/* One of several paths. */
static int list_one(const char *path)
{
    struct stat s;
    if (stat(path, &s) < 0) {
        perror(path);
        return 1;
    }
    if (!S_ISDIR(s.st_mode)) {
        show(path, path);
        return 0;
    }
    printf("%s:\n", path);
    return list(path);
}

int main(int argc, char **argv)
{
    int status = 0, first = 1;
    if (argc > 1 && !strcmp(argv[1], "-l")) {
        is_long = true;
        first = 2;
    }
    if (first == argc)
        return list("/");
    struct stat s;
    if (first + 1 == argc && (stat(argv[first], &s) < 0 || S_ISDIR(s.st_mode)))
        return list(argv[first]);
    for (int i = first; i < argc; i++)
        status |= list_one(argv[i]);
    return status;
}
