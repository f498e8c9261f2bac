/*
 * Start block: what a program finds at its stack pointer.
 */
#include "../../../servers/lib/loader/start_block.h"
#include <criterion/criterion.h>
#include <elf.h>
#include <l4/sys/err.h>
#include <string.h>

enum { SIZE = 4096 };
static const l4_addr_t address = 0x111fdf0000;
static _Alignas(16) char stack[SIZE];

static const char *const argv[] = {"rom/hello", "one two", "", NULL};
static const char *const envp[] = {"A=1", "B=", NULL};

/* The word the program sees at `at`. */
static l4_umword_t word(l4_addr_t at)
{
    l4_umword_t w;
    cr_assert(at >= address && at + 8 <= address + SIZE);
    memcpy(&w, stack + (at - address), 8);
    return w;
}

static const char *text(l4_addr_t at)
{
    cr_assert(at >= address && at < address + SIZE);
    return stack + (at - address);
}

static l4_addr_t write_block(void)
{
    struct start_block b = {.argc = 3,
                            .argv = argv,
                            .envp = envp,
                            .phdr = 0x40,
                            .phnum = 7,
                            .phent = 56,
                            .entry = 0x1000,
                            .env = 0x2000,
                            .kip = 0x3000};
    l4_addr_t sp = 0;
    cr_assert_eq(start_block_write(&b, stack, SIZE, address, &sp), 0);
    return sp;
}

Test(start_block, the_stack_pointer_is_aligned)
{
    cr_expect_eq(write_block() % 16, 0);
}

Test(start_block, arguments_and_environment_follow)
{
    l4_addr_t sp = write_block();
    cr_expect_eq(word(sp), 3);
    cr_expect_str_eq(text(word(sp + 8)), "rom/hello");
    cr_expect_str_eq(text(word(sp + 16)), "one two");
    cr_expect_str_eq(text(word(sp + 24)), "");
    cr_expect_eq(word(sp + 32), 0);
    cr_expect_str_eq(text(word(sp + 40)), "A=1");
    cr_expect_str_eq(text(word(sp + 48)), "B=");
    cr_expect_eq(word(sp + 56), 0);
}

Test(start_block, the_auxiliary_vector_is_complete)
{
    static const struct {
        l4_umword_t type, value;
    } wanted[] = {{AT_PHDR, 0x40},          {AT_PHNUM, 7},
                  {AT_PHENT, 56},           {AT_BASE, 0},
                  {AT_ENTRY, 0x1000},       {AT_PAGESZ, 4096},
                  {AT_VITRINE_ENV, 0x2000}, {AT_VITRINE_KIP, 0x3000}};
    l4_addr_t aux = write_block() + 64;
    unsigned found = 0;
    for (; word(aux); aux += 16)
        for (unsigned i = 0; i < 8; i++)
            if (word(aux) == wanted[i].type) {
                cr_expect_eq(word(aux + 8), wanted[i].value);
                found++;
            }
    cr_expect_eq(found, 8);
    cr_expect_eq(word(aux + 8), 0);
}

Test(start_block, what_does_not_fit_is_refused)
{
    static char longest[SIZE / 2];
    memset(longest, 'x', sizeof longest - 1);
    const char *const many[] = {longest, NULL};
    struct start_block b = {.argc = 1, .argv = many};
    l4_addr_t sp = 77;
    cr_expect_eq(start_block_write(&b, stack, SIZE, address, &sp), -L4_E2BIG);
    cr_expect_eq(sp, 77);
}
