/*
 * test_libc.c as an isolated program: environment, name spaces, files.
 */
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <l4/re/env.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The program's own file is a boot module like any other. */
static void files(const char *self)
{
    char head[4], again[4];
    struct stat s;
    FILE *f = fopen(self, "r");
    int fd = open(self, O_RDONLY);

    fact(f && fread(head, 1, 4, f) == 4 && !memcmp(head, "\177ELF", 4),
         "fopen_reads_a_boot_module");
    fact(fd >= 0 && !fstat(fd, &s) && S_ISREG(s.st_mode) && s.st_size > 1000,
         "fstat_tells_the_size");
    fact(lseek(fd, 1, SEEK_SET) == 1 && read(fd, again, 3) == 3 &&
             !memcmp(again, head + 1, 3),
         "lseek_moves_the_position");
    fact(lseek(fd, 0, SEEK_END) == s.st_size && read(fd, again, 1) == 0,
         "a_file_has_an_end");
    char *map = mmap(0, 4096, PROT_READ, MAP_PRIVATE, fd, 0);
    fact(map != MAP_FAILED && !memcmp(map, head, 4), "mmap_of_a_file_copies");
    fact(!munmap(map, 4096) && !close(fd) && !fclose(f), "files_are_closed");
    fact(close(fd) < 0 && errno == EBADF, "a_second_close_fails");
    fact(open("rom/no-such-module", O_RDONLY) < 0 && errno == ENOENT,
         "a_missing_module_is_reported");
    fact(!stat(self, &s) && S_ISREG(s.st_mode), "stat_finds_by_name");
}

/* More memory than the machine has, piece after piece. */
static void freed_memory_comes_back(void)
{
    int good = 1;

    for (int round = 0; round < 150 && good; round++) {
        char *piece = malloc(1 << 20);
        good = piece != 0;
        for (int at = 0; good && at < 1 << 20; at += 4096)
            piece[at] = 1;
        free(piece);
    }
    fact(good, "freed_memory_comes_back");
}

/* As many pieces as there are; then malloc says so, and nothing faults. */
static void running_out_is_told(void)
{
    static char *piece[4096];
    int count = 0;

    while (count < 4096 && (piece[count] = malloc(1 << 20)))
        count++;
    fact(count > 4 && count < 4096 && errno == ENOMEM, "running_out_is_told");
    for (int i = 0; i < count; i++)
        piece[i][(1 << 20) - 1] = 1; /* what was given is there */
    while (count)
        free(piece[--count]);
    piece[0] = malloc(1 << 20);
    fact(piece[0] != 0, "and_what_is_freed_can_be_had_again");
    free(piece[0]);
}

void place_facts(int argc, char **argv)
{
    fact(argc >= 1 && !strncmp(argv[0], "rom/", 4), "arguments_arrive");
    fact(l4re_env() && l4re_env_get_cap("rom") != L4_INVALID_CAP,
         "the_environment_is_found");
    files(argv[0]);
    freed_memory_comes_back();
    running_out_is_told();
}
