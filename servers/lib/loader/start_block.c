/*
 * Start block: System V's process stack.
 *
 *      high  strings of argv and envp, 16 random bytes
 *            (0, 0)                     end of auxv
 *            (type, value) ...
 *            0, envp[n-1] ... envp[0]
 *            0, argv[n-1] ... argv[0]
 *      sp -> argc                       sp is a multiple of 16
 *
 * Source: System V ABI, AMD64 supplement, section 3.4.1 (figure 3.9).
 */
#include "start_block.h"
#include <elf.h>
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <string.h>

enum { RANDOM_BYTES = 16, AUX_ENTRIES = 10 };

/* Grows down from the end of the stack. */
struct stack {
    char *bottom, *top;
    l4_addr_t shift; /* program's address = loader's + shift */
};

static l4_addr_t push_bytes(struct stack *s, const void *from, l4_size_t n)
{
    s->top -= n;
    memcpy(s->top, from, n);
    return (l4_addr_t)s->top + s->shift;
}

static unsigned count(const char *const *texts)
{
    unsigned n = 0;
    while (texts && texts[n])
        n++;
    return n;
}

static l4_size_t length(const char *const *texts, unsigned n)
{
    l4_size_t bytes = 0;
    for (unsigned i = 0; i < n; i++)
        bytes += strlen(texts[i]) + 1;
    return bytes;
}

/* The texts; their addresses, and a zero, to `to`. */
static l4_umword_t *put_texts(struct stack *s, const char *const *texts,
                              unsigned n, l4_umword_t *to)
{
    for (unsigned i = 0; i < n; i++)
        *to++ = push_bytes(s, texts[i], strlen(texts[i]) + 1);
    *to++ = 0;
    return to;
}

static l4_umword_t *put_aux(l4_umword_t *to, l4_umword_t type,
                            l4_umword_t value)
{
    *to++ = type;
    *to++ = value;
    return to;
}

long start_block_write(const struct start_block *b, char *stack, l4_size_t size,
                       l4_addr_t address, l4_addr_t *ret_sp)
{
    /* Reproducible runs: the same "random" bytes for every program. */
    static const unsigned char random[RANDOM_BYTES] = "vitrine: no dice";
    unsigned argc = (unsigned)b->argc, envc = count(b->envp);
    l4_size_t words = 1 + argc + 1 + envc + 1 + 2 * AUX_ENTRIES;
    l4_size_t bytes = length(b->argv, argc) + length(b->envp, envc) +
                      RANDOM_BYTES + words * sizeof(l4_umword_t) + 32;
    struct stack s = {stack, stack + size, address - (l4_addr_t)stack};
    if (bytes > size / 2)
        return -L4_E2BIG;

    l4_addr_t low = (l4_addr_t)s.top - bytes;
    l4_umword_t *to = (l4_umword_t *)(low & ~15ul);
    *ret_sp = (l4_addr_t)to + s.shift;
    *to++ = argc;
    to = put_texts(&s, b->argv, argc, to);
    to = put_texts(&s, b->envp, envc, to);
    to = put_aux(to, AT_PHDR, b->phdr);
    to = put_aux(to, AT_PHENT, b->phent);
    to = put_aux(to, AT_PHNUM, b->phnum);
    to = put_aux(to, AT_BASE, 0);
    to = put_aux(to, AT_ENTRY, b->entry);
    to = put_aux(to, AT_PAGESZ, L4_PAGESIZE);
    to = put_aux(to, AT_RANDOM, push_bytes(&s, random, RANDOM_BYTES));
    to = put_aux(to, AT_VITRINE_ENV, b->env);
    to = put_aux(to, AT_VITRINE_KIP, b->kip);
    put_aux(to, AT_NULL, 0);
    return 0;
}
