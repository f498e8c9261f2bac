/*
 * From the first instruction to main(): programs with the C library.
 *
 *   _start (arch/<arch>/entry.S) -> crt_start -> musl's __libc_start_main
 *
 * The kernel or the loader leaves a start block on the stack, as System V
 * has it, plus two entries of ours (docs/design/02-user-level.md):
 *
 *   sp -> argc | argv[]... 0 | envp[]... 0 | (type, value)... (0, 0)
 *                                AT 0xf1: l4re_env_t, AT 0xf2: KIP
 *
 * sigma0 and moe get zeros instead (argc = 0, nothing else) and the KIP's
 * address in a register. The C library wants to know where the program
 * headers are and how big a page is, so then a block is made up here.
 *
 *  I1  Nothing before crt_relocate() uses an address the linker had to store.
 *  I2  l4re_global_env and l4_global_kip are set before the first line of
 *      musl runs: the thread pointer is set by a kernel call that needs them.
 */
#include "relocate.h"

#include <l4/re/env.h>
#include <l4/sys/kip.h>

#define AT_VITRINE_ENV 0xf1
#define AT_VITRINE_KIP 0xf2

/* Weak: a root task may have its own environment, made at build time. */
__attribute__((weak)) l4re_env_t *l4re_global_env;
__attribute__((weak)) l4_kernel_info_t const *l4_global_kip;

int main(int argc, char **argv, char **envp);
void _init(void) __attribute__((weak));
void _fini(void) __attribute__((weak));
int __libc_start_main(int (*main)(int, char **, char **), int argc, char **argv,
                      void (*init)(void), void (*fini)(void),
                      void (*unused)(void));
void crt_start(unsigned long *block, void *register_kip);

static unsigned long *find_auxv(unsigned long *block)
{
    unsigned long *p = block + 1 + block[0] + 1;

    while (*p++)
        ;
    return p;
}

static unsigned long aux_value(const unsigned long *auxv, unsigned long type)
{
    for (; auxv[0]; auxv += 2)
        if (auxv[0] == type)
            return auxv[1];
    return 0;
}

/* A block with argc = 0 and what the C library must know of the image. */
static unsigned long *own_block(void)
{
    static unsigned long block[16];
    unsigned long *p = block + 3; /* argc, end of argv, end of envp: 0 */

    *p++ = AT_PHDR;
    *p++ = (unsigned long)&__ehdr_start + __ehdr_start.e_phoff;
    *p++ = AT_PHNUM;
    *p++ = __ehdr_start.e_phnum;
    *p++ = AT_PHENT;
    *p++ = __ehdr_start.e_phentsize;
    *p++ = AT_PAGESZ;
    *p++ = 4096;
    return block;
}

void crt_start(unsigned long *block, void *register_kip)
{
    crt_relocate();

    unsigned long *auxv = find_auxv(block);
    unsigned long env = aux_value(auxv, AT_VITRINE_ENV);
    unsigned long kip = aux_value(auxv, AT_VITRINE_KIP);

    if (env)
        l4re_global_env = (l4re_env_t *)env;
    l4_global_kip = kip ? (void *)kip : register_kip;
    if (!aux_value(auxv, AT_PHDR))
        block = own_block();
    __libc_start_main(main, block[0], (char **)(block + 1), _init, _fini, 0);
}
