/*
 * The C library of programs, as a program sees it: a TAP producer.
 *
 * It is run twice: over the fake kernel as a host process (on_fake_kernel.c),
 * and in the simulator as an isolated program (on_vitrine.c). Each case is one
 * fact; the program's own end (exit code through atexit and exit_group) is
 * what Meson sees.
 */
#define _GNU_SOURCE
#include "facts.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int cases, failures;
static __thread int thread_local_value = 41;
static int constructed;

void fact(int holds, const char *name)
{
    printf("%s %d - %s\n", holds ? "ok" : "not ok", ++cases, name);
    failures += !holds;
}

__attribute__((constructor)) static void construct(void)
{
    constructed = 1;
}

static void start(void)
{
    fact(constructed, "constructors_run_before_main");
    fact(thread_local_value++ == 41, "thread_local_storage_is_initialised");
    fact(thread_local_value == 42, "thread_local_storage_can_be_written");
}

static void formats(void)
{
    char text[128];

    snprintf(text, sizeof text, "%a|%Lg|%zu|%5.2f", 1.0, 2.5L, sizeof text,
             1.5);
    fact(!strcmp(text, "0x1p+0|2.5|128| 1.50"), "numbers_are_printed");
}

/* More than one message holds, as TAP comments. */
static void a_long_text_is_cut_into_messages(void)
{
    char text[1200];

    memset(text, 'x', sizeof text);
    for (int i = 0; i < 1200; i += 100) {
        text[i] = '#';
        text[i + 99] = '\n';
    }
    fact(write(1, text, 1200) == 1200, "a_long_write_is_complete");
}

static void heap(void)
{
    static char *piece[300];
    int good = 1;

    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 300; i++) {
            size_t size = 1 + (i * 977) % 5000;
            piece[i] = malloc(size);
            good = good && piece[i];
            memset(piece[i], i, size);
        }
        for (int i = 0; i < 300; i++) {
            good = good && piece[i][0] == (char)i;
            free(piece[i]);
        }
    }
    fact(good, "malloc_keeps_300_pieces_apart");
    char *big = malloc(3 << 20);
    memset(big, 1, 3 << 20);
    char *bigger = realloc(big, 5 << 20);
    fact(bigger && bigger[(3 << 20) - 1] == 1,
         "realloc_of_large_memory_copies");
    free(bigger);
    void *absurd = calloc(1, 1ul << 62);
    fact(!absurd && errno == ENOMEM, "absurd_calloc_fails");
}

static void mappings(void)
{
    char *range = mmap(0, 5 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANON, -1, 0);

    fact(range != MAP_FAILED, "mmap_none_reserves");
    fact(!mprotect(range + 4096, 8192, PROT_READ | PROT_WRITE),
         "mprotect_commits_reserved_pages");
    range[4096] = range[4096 + 8191] = 7;
    fact(!mprotect(range, 5 * 4096, PROT_READ | PROT_WRITE) &&
             range[4096] == 7 && !range[0] && !range[5 * 4096 - 1],
         "mprotect_commits_what_is_not_there_yet");
    fact(!mprotect(range + 4096, 4096, PROT_READ) && range[4096] == 7,
         "rights_are_taken_away");
    fact(!mprotect(range + 4096, 4096, PROT_READ | PROT_WRITE) &&
             ++range[4096] == 8,
         "and_given_back");
    fact(!munmap(range + 8192, 4096), "part_of_a_piece_is_unmapped");
    fact(mprotect(range + 4096, 8192, PROT_READ) < 0 && errno == ENOMEM,
         "across_a_gap_there_is_no_mprotect");
    fact(mmap(range + 8192, 4096, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) == range + 8192 &&
             !range[8192] && range[4096] == 8,
         "a_gap_is_filled_by_address");
    fact(mmap(range, 8192, PROT_READ | PROT_WRITE,
              MAP_PRIVATE | MAP_ANON | MAP_FIXED, -1, 0) == range &&
             !range[4096],
         "what_was_there_is_replaced");
    fact(!munmap(range, 5 * 4096), "all_of_it_is_unmapped_at_once");
    fact(mprotect(range, 4096, PROT_READ | PROT_WRITE) < 0 && errno == ENOMEM,
         "mprotect_of_nothing_fails");
    char *piece =
        mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    piece[8191] = 5;
    fact(mremap(piece, 8192, 16384, 0) == MAP_FAILED && errno == ENOMEM,
         "a_piece_does_not_grow_where_it_is");
    char *larger = mremap(piece, 8192, 16384, MREMAP_MAYMOVE);
    fact(larger != MAP_FAILED && larger[8191] == 5 && !larger[16383],
         "a_piece_grows_elsewhere");
    fact(mremap(piece, 8192, 16384, MREMAP_MAYMOVE) == MAP_FAILED &&
             errno == EFAULT,
         "what_was_moved_is_gone");
    fact(mremap(larger, 16384, 4096, 0) == larger && larger[0] == 0 &&
             mprotect(larger + 4096, 4096, PROT_READ) < 0 &&
             !munmap(larger, 4096),
         "a_piece_shrinks_where_it_is");
    fact(mmap(0, 0, PROT_READ, MAP_PRIVATE | MAP_ANON, -1, 0) == MAP_FAILED &&
             errno == EINVAL,
         "mmap_of_nothing_fails");
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

static void algorithms(void)
{
    int v[] = {5, 3, 9, 1, 7};
    jmp_buf buf;
    volatile int came_back = 0;

    qsort(v, 5, sizeof *v, compare);
    fact(v[0] == 1 && v[4] == 9, "qsort_sorts");
    if (setjmp(buf) == 0) {
        longjmp(buf, 3);
    } else {
        came_back = 1;
    }
    fact(came_back, "longjmp_returns_to_setjmp");
    fact(fabs(sin(1.0) - 0.8414709848078965) < 1e-15, "libm_computes");
    fact(strtod("1e300", 0) == 1e300, "strtod_parses");
}

static void clocks(void)
{
    struct timespec before, after;

    clock_gettime(CLOCK_MONOTONIC, &before);
    fact(!nanosleep(&(struct timespec){.tv_nsec = 2500000}, 0),
         "nanosleep_sleeps");
    clock_gettime(CLOCK_MONOTONIC, &after);
    long passed = (after.tv_sec - before.tv_sec) * 1000000000 + after.tv_nsec -
                  before.tv_nsec;
    fact(passed >= 2500000 && passed < 100000000, "nanosleep_takes_its_time");
    fact(nanosleep(&(struct timespec){.tv_nsec = -1}, 0) < 0 && errno == EINVAL,
         "nanosleep_refuses_nonsense");
    fact(time(0) - 1767225600 < 60, "wall_clock_begins_at_a_fixed_day");
}

static volatile sig_atomic_t got_signal;

static void on_signal(int sig)
{
    got_signal = sig;
}

static void signals(void)
{
    signal(SIGUSR1, on_signal);
    fact(!raise(SIGUSR1) && got_signal == SIGUSR1, "raise_runs_the_handler");
    signal(SIGUSR1, SIG_IGN);
    fact(!raise(SIGUSR1), "an_ignored_signal_is_ignored");
    fact(!raise(SIGCHLD), "sigchld_is_ignored_by_default");
}

static void what_is_not_there(void)
{
    fact(fork() < 0 && errno == ENOSYS, "fork_is_refused");
    fact(open("nowhere/x", O_RDONLY) < 0 && errno == ENOENT,
         "open_of_an_unknown_name_fails");
    fact(open("rom/x", O_WRONLY | O_CREAT, 0600) < 0 && errno == EROFS,
         "open_for_writing_is_refused");
    fact(lseek(1, 0, SEEK_SET) < 0 && errno == ESPIPE, "console_cannot_seek");
    fact(read(60, &cases, 1) < 0 && errno == EBADF, "closed_file_is_refused");
    fact(isatty(1), "console_is_a_terminal");
    fact(getpid() == 1 && getuid() == 0, "there_is_one_process");
}

static void finish(void)
{
    printf("1..%d\n", cases);
    fflush(stdout);
    if (failures)
        _exit(1);
}

int main(int argc, char **argv)
{
    atexit(finish);
    place_facts(argc, argv);
    start();
    formats();
    a_long_text_is_cut_into_messages();
    heap();
    mappings();
    algorithms();
    clocks();
    signals();
    what_is_not_there();
    return 0;
}
