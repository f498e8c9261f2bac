/*
 * ls [DIRECTORY ...]: names in it, a line each; -l: kind and size, too.
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

static void show(const char *folder, const char *name)
{
    char path[512];
    struct stat s;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    if (!is_long)
        printf("%s\n", name);
    else if (stat(path, &s) < 0)
        printf("? %10s %s\n", "", name);
    else
        printf("%c %10lld %s\n", S_ISDIR(s.st_mode) ? 'd' : '-',
               (long long)s.st_size, name);
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
        show(folder, names[i]);
        free(names[i]);
    }
    free(names);
    return 0;
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
    for (int i = first; i < argc; i++)
        status |= list(argv[i]);
    return status;
}
