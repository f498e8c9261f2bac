/*
 * Start block: what a program finds on its stack.
 */
#ifndef LOADER_START_BLOCK_H
#define LOADER_START_BLOCK_H

#include <l4/sys/types.h>

enum {
    AT_VITRINE_ENV = 0xf1, /* address of the l4re_env_t */
    AT_VITRINE_KIP = 0xf2, /* address of the KIP */
};

struct start_block {
    int argc;
    const char *const *argv;
    const char *const *envp; /* NULL: empty */
    l4_addr_t phdr, entry, env, kip;
    unsigned phnum, phent;
};

/*
 * Writes the block to the end of the stack, which the loader sees at
 * [stack, + size) and the program at [address, + size). *ret_sp is the
 * program's stack pointer. 0, -L4_E2BIG: more than half of the stack.
 */
long start_block_write(const struct start_block *b, char *stack, l4_size_t size,
                       l4_addr_t address, l4_addr_t *ret_sp);

#endif
