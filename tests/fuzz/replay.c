/*
 * Runs a fuzz target over the files of a folder, in the order of their names,
 * with any compiler: the corpus is a regression test (TAP).
 */
#include "input.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

enum { INPUT_MAX = 1 << 16 };

static void replay(const char *folder, const char *name)
{
    static uint8_t data[INPUT_MAX];
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(1);
    }
    size_t size = fread(data, 1, sizeof data, f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, size);
}

int main(int argc, char **argv)
{
    struct dirent **entry;
    int n = argc == 2 ? scandir(argv[1], &entry, NULL, alphasort) : -1;
    int tests = 0;
    if (n < 0) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    for (int i = 0; i < n; i++) {
        if (entry[i]->d_name[0] != '.') {
            replay(argv[1], entry[i]->d_name);
            printf("ok %d - %s\n", ++tests, entry[i]->d_name);
        }
        free(entry[i]);
    }
    free(entry);
    printf("1..%d\n", tests);
    return tests == 0;
}
