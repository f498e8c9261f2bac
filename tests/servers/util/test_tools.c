/*
 * l4util's larger parts: text without a C library, options, base 64, a list
 * allocator, the counter of time, threads in one call. A TAP producer.
 */
#include "format.h"
#include "tap.h"

#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <l4/util/assert.h>
#include <l4/util/base64.h>
#include <l4/util/cpu.h>
#include <l4/util/elf.h>
#include <l4/util/getopt.h>
#include <l4/util/kip.h>
#include <l4/util/kprintf.h>
#include <l4/util/l4_macros.h>
#include <l4/util/list_alloc.h>
#include <l4/util/parse_cmd.h>
#include <l4/util/rdtsc.h>
#include <l4/util/stack.h>
#include <l4/util/thread.h>
#include <l4/util/util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

/* ---- Text ---- */

static char said[1024];
static unsigned said_count, pieces;

static void listen(const char *text, unsigned length)
{
    memcpy(said + said_count, text, length);
    said_count += length;
    said[said_count] = 0;
    pieces++;
}

__attribute__((format(printf, 2, 3))) static int says(const char *wanted,
                                                      const char *format, ...)
{
    va_list list;

    said_count = pieces = 0;
    said[0] = 0;
    va_start(list, format);
    int n = l4util_format(listen, format, list);
    va_end(list);
    return n == (int)strlen(wanted) && !strcmp(said, wanted);
}

static const char *volatile no_text;

static void text(void)
{
    fact(says("-5 7 18446744073709551615", "%d %u %lu", -5, 7u, ~0ul),
         "numbers_are_decimal");
    fact(says("ff FF 17 1234", "%x %X %o %p", 255u, 255u, 15u, (void *)0x1234),
         "or_have_other_bases");
    fact(says("[   42][42   ][00042][-0042]", "[%5d][%-5d][%05d][%05d]", 42, 42,
              42, -42),
         "a_field_has_a_width");
    fact(says("[ab][ab  ][  ab]", "[%.2s][%-4.*s][%*s]", "abc", 2, "abc", 4,
              "ab"),
         "texts_have_a_precision");
    fact(says("c % (null)", "%c %% %s", 'c', no_text), "and_so_on");
    fact(says("-9223372036854775808 0", "%lld %zu", (long long)(1ull << 63),
              (size_t)0),
         "the_smallest_number_is_one");
    fact(says("a\nb\nc", "a\nb\n%c", 'c') && pieces == 3,
         "each_line_is_a_piece");
    char line[2 * FORMAT_PIECE + 1];
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = 0;
    fact(says(line, "%s", line) && pieces == 2, "a_long_line_is_several");
    fflush(stdout);
    tap_count++;
    l4_kprintf("%sok %d - %s\n", "", tap_count, "the_kernels_console_hears_it");
    fact(l4_kprintf("# %5d\n", 7) == 8, "and_its_length_is_known");
    ASSERT_EQUAL(tap_count, tap_count);
    ASSERT_NOT_NULL(line);
    ASSERT_VALID(l4re_env()->factory);
    ASSERT_BETWEEN(tap_count, 0, 1000);
    fact(says("17", l4util_idfmt, l4util_idstr(0x17000ul)),
         "a_capability_is_its_slot");
}

/* ---- Options ---- */

static int called, with, given;

static void call(int number)
{
    called += number;
}

static void call_with(int number, const char *argument, int num)
{
    with = number;
    given = num ? num : argument[0];
}

static int parse(int argc, const char **argv, int *ret_left)
{
    int verbose, count, fast = 0;
    const char *name;
    int result = parse_cmdline(
        &argc, &argv, 'v', "verbose", "say more", PARSE_CMD_INC, 1, &verbose,
        'q', "quiet", "say less", PARSE_CMD_DEC, 1, &verbose, 'c', "count",
        "how many", PARSE_CMD_INT, 5, &count, ' ', "fast", "at once",
        PARSE_CMD_SWITCH, 3, &fast, 'n', "name", "whose", PARSE_CMD_STRING,
        "nobody", &name, 'f', "call", "calls", PARSE_CMD_FN, 10, call, 'a',
        "arg", "calls with", PARSE_CMD_FN_ARG, 20, call_with, 0);
    *ret_left = argc;
    if (result)
        return result;
    return verbose * 1000 + count * 100 + fast * 10 + (name[0] - 'a');
}

/* The same with a line of words behind the program's name. */
static int parse_line(const char *line, int *ret_left)
{
    static char copy[80];
    const char *words[16] = {"program"};
    int count = 1;

    strcpy(copy, line);
    for (char *at = strtok(copy, " "); at; at = strtok(NULL, " "))
        words[count++] = at;
    return parse(count, words, ret_left);
}

/* What is printed until heard() goes into a pipe: it would be taken for TAP. */
static int listener[2], terminal[2];

static void hush(void)
{
    fflush(stdout);
    pipe(listener);
    for (int fd = 1; fd <= 2; fd++) {
        terminal[fd - 1] = dup(fd);
        dup2(listener[1], fd);
    }
}

/* Was this text in it? */
static int heard(const char *text)
{
    char all[2048];

    fflush(stdout);
    for (int fd = 1; fd <= 2; fd++) {
        dup2(terminal[fd - 1], fd);
        close(terminal[fd - 1]);
    }
    close(listener[1]);
    ssize_t n = read(listener[0], all, sizeof all - 1);
    close(listener[0]);
    all[n < 0 ? 0 : n] = 0;
    return strstr(all, text) != NULL;
}

static void options(void)
{
    int left;

    fact(parse_line("one -v", &left) == 1513 && left == 2,
         "defaults_are_set_and_words_left");
    fact(parse_line("-vv -c7 --name=b --fast x", &left) == 3731 && left == 1,
         "options_are_read");
    fact(parse_line("-c 0x9 --name b -- -v", &left) == 1901 && left == 1,
         "their_arguments_may_be_words");
    fact(parse_line("-ff --call -a 33", &left) == 1513 && called == 30 &&
             with == 20 && given == 33,
         "functions_are_called");
    hush();
    int refused = parse_line("-x", &left) == -1 &&
                  parse_line("--fast=1", &left) == -1 &&
                  parse_line("--none", &left) == -1;
    fact(heard("-x: there is no such option\n") && refused,
         "unknown_ones_are_refused");
    hush();
    refused = parse_line("-c", &left) == -1 &&
              parse_line("-c seven", &left) == -1 &&
              parse_line("-c 99999999999", &left) == -1;
    fact(heard("'seven' is not a number\n") && refused,
         "bad_arguments_are_refused");
    hush();
    int helped =
        parse_line("-h", &left) == 1 && parse_line("--help", &left) == 1;
    fact(heard("  -c, --count ARG\thow many\n") && helped, "help_is_known");
    int argc = 2;
    char *argv[] = {(char *)"program", (char *)"--size=12", NULL};
    const struct option known[] = {{"size", required_argument, NULL, 's'}, {0}};
    fact(getopt_long(argc, argv, "s:", known, NULL) == 's' &&
             !strcmp(optarg, "12"),
         "getopt_is_the_librarys");
}

/* ---- Base 64 ---- */

static int is_base64_of(const char *bytes, unsigned size, const char *text)
{
    char *there, *back;

    base64_encode(bytes, size, &there);
    base64_decode(text, (unsigned)strlen(text), &back);
    int same = there && back && !strcmp(there, text) &&
               !memcmp(back, bytes, size) && !back[size];
    free(there);
    free(back);
    return same;
}

static void base64(void)
{
    fact(is_base64_of("", 0, "") && is_base64_of("f", 1, "Zg==") &&
             is_base64_of("fo", 2, "Zm8=") && is_base64_of("foo", 3, "Zm9v") &&
             is_base64_of("foob", 4, "Zm9vYg=="),
         "texts_are_as_the_rfc_has_them");
    fact(is_base64_of("\0\377\176\376", 4, "AP9+/g=="), "bytes_are_any");
    char *back;
    base64_decode("Zm\r\n9v\tYg!!Zg", 14, &back);
    fact(back && !strcmp(back, "foob"), "space_is_passed_over");
    free(back);
}

/* ---- The list allocator ---- */

static char room[4096] __attribute__((aligned(64)));

/* Blocks of many sizes, each filled, come and go: none lies on another. */
static int nothing_overlaps(l4la_free_t **list)
{
    unsigned char *block[24] = {0};
    unsigned size[24] = {0}, seed = 1;

    for (int i = 0; i < 400; i++) {
        seed = seed * 1664525u + 1013904223u;
        unsigned n = (seed >> 16) % 24;
        if (block[n]) {
            for (unsigned k = 0; k < size[n]; k++)
                if (block[n][k] != n)
                    return 0;
            l4la_free(list, block[n], size[n]);
            block[n] = NULL;
        } else {
            size[n] = 1 + (seed >> 8) % 300;
            block[n] = l4la_alloc(list, size[n], 8u << n % 4);
            if (block[n])
                memset(block[n], (int)n, size[n]);
        }
    }
    for (int n = 0; n < 24; n++)
        if (block[n])
            l4la_free(list, block[n], size[n]);
    return 1;
}

static void lists(void)
{
    l4la_free_t *list;

    l4la_init(&list);
    fact(!l4la_alloc(&list, 1, 0) && !l4la_avail(&list), "a_list_begins_empty");
    l4la_free(&list, room, sizeof room);
    fact(l4la_avail(&list) == sizeof room, "and_is_given_memory");
    char *a = l4la_alloc(&list, 5, 0), *b = l4la_alloc(&list, 100, 64);
    fact(a && b && !((l4_addr_t)b % 64) && b - a >= 16 &&
             l4la_avail(&list) == sizeof room - 16 - 112,
         "blocks_are_aligned");
    l4la_free(&list, a, 5);
    l4la_free(&list, b, 100);
    fact(l4la_avail(&list) == sizeof room && list == (void *)room &&
             !list->next,
         "free_neighbours_are_one_block");
    fact(!l4la_alloc(&list, sizeof room + 1, 0) && !l4la_alloc(&list, ~0ul, 0),
         "too_much_is_refused");
    a = l4la_alloc(&list, sizeof room, 0);
    fact(a == room && !list && !l4la_alloc(&list, 1, 0), "all_can_be_had");
    l4la_free(&list, a, sizeof room);
    fact(nothing_overlaps(&list) && l4la_avail(&list) == sizeof room &&
             !list->next,
         "nothing_overlaps_or_is_lost");
}

/* ---- Time ---- */

static void ticks(void)
{
    l4_uint32_t s, ns;

    fact(!l4_tsc_to_ns(1000) && !l4_get_hz(), "a_tick_is_not_known_at_first");
    fact(l4_tsc_init(l4_kip()) && l4_calibrate_tsc(l4_kip()), "it_is_measured");
    l4_uint64_t second = l4_ns_to_tsc(1000000000), back = l4_tsc_to_ns(second);
    fact(second && back > 999990000 && back < 1000010000 &&
             l4_get_hz() + 10 > second && l4_get_hz() < second + 10,
         "both_ways_agree");
    l4_tsc_to_s_and_ns(second * 3 + second / 2, &s, &ns);
    fact(s == 3 && ns > 499000000 && ns < 501000000 &&
             l4_tsc_to_us(second) / 100 <= 10000,
         "in_seconds_and_microseconds");
    l4_uint64_t clock = l4_kip_clock_ns(l4_kip()), begun = l4_rdtsc();
    l4_busy_wait_us(3000);
    l4_busy_wait_ns(500000);
    l4_uint64_t ticks = l4_tsc_to_ns(l4_rdtsc() - begun);
    l4_uint64_t took = l4_kip_clock_ns(l4_kip()) - clock;
    fact(took >= 3499000 && ticks >= 3499000, "who_is_busy_waits_long_enough");
    fact(l4_rdtsc_32() != (l4_uint32_t)begun, "the_low_half_moves_too");
}

/* ---- Threads, the machine, files ---- */

static volatile l4_umword_t got, stack_end;

L4UTIL_THREAD_FUNC(first_function)
{
    l4_umword_t aligned[2] __attribute__((aligned(16))) = {1, 2};
    __asm__ volatile("" : "+m"(aligned));
    stack_end = l4util_stack_get_sp();
    got = 40 + aligned[1] + ((l4_addr_t)aligned & 15);
    l4_sleep_forever();
}

static void threads(void)
{
    static char stack[16384] __attribute__((aligned(16)));
    l4_addr_t utcb = 0, top = (l4_addr_t)stack + sizeof stack;
    l4_cap_idx_t thread = l4re_util_cap_alloc();
    l4re_env_t *env = l4re_env();
    l4_sched_param_t param = l4_sched_param(2, 0);

    l4util_stack_push_mword(&top, 77);
    fact(top == (l4_addr_t)stack + sizeof stack - 8 && *(long *)top == 77,
         "a_word_is_pushed");
    fact(!l4re_util_kumem_alloc(&utcb, 0, L4_BASE_TASK_CAP, env->rm) &&
             !l4util_create_thread(thread, (l4_utcb_t *)utcb, env->factory,
                                   (l4_umword_t)first_function, top, env->rm,
                                   L4_BASE_TASK_CAP, env->scheduler, param),
         "a_thread_is_made_in_one_call");
    for (int i = 0; i < 100 && !got; i++)
        l4_sleep(1);
    fact(got == 42 && stack_end > (l4_addr_t)stack && stack_end <= top,
         "it_runs_on_its_stack");
    l4re_util_cap_free_um(thread);
    thread = l4re_util_cap_alloc();
    fact(l4util_create_thread(thread, (l4_utcb_t *)utcb, env->factory, 0, top,
                              env->rm, env->factory, env->scheduler,
                              param) < 0 &&
             !l4_msgtag_label(l4_task_cap_valid(L4_BASE_TASK_CAP, thread)),
         "what_cannot_be_leaves_the_slot_empty");
    l4re_util_cap_free(thread);
}

static void features(void)
{
    const char *s = l4_kip_version_string(l4_kip());
    int count = 0, known = 0;

    l4util_kip_for_each_feature(s)
    {
        count++;
        known += l4util_kip_kernel_has_feature(l4_kip(), s);
    }
    fact(count > 0 && known == count &&
             !l4util_kip_kernel_has_feature(l4_kip(), "no such") &&
             !l4util_kip_kernel_is_ux(l4_kip()),
         "the_kernels_features_are_listed");
    l4util_cpu_pause();
#ifdef __x86_64__
    fact(l4util_cpu_has_cpuid() && l4util_cpu_capabilities() & 1,
         "the_processor_has_a_coprocessor");
#endif
    ElfW(Phdr) *own = (ElfW(Phdr) *)getauxval(AT_PHDR);
    ElfW(Ehdr) header = {.e_ident = ELFMAG, .e_machine = EM_NONE};
    fact(own && l4util_elf_check_magic(&header) &&
             !l4util_elf_check_arch(&header),
         "an_elf_file_for_no_machine_is_seen");
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_machine = L4_ARCH_EM;
    header.e_phoff = 64;
    fact(l4util_elf_check_arch(&header) &&
             (char *)l4util_elf_phdr(&header) == (char *)&header + 64,
         "and_one_for_this");
}

int main(void)
{
    text();
    options();
    base64();
    lists();
    ticks();
    threads();
    features();
    return tap_end();
}
