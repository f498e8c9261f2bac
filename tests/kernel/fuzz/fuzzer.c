/*
 * A fuzzer thread: calls, and now and then an access to memory, until all
 * have made as many as they may. It finds who it is by its stack.
 */
#include "fuzz.h"

static void say_word(const char *name, l4_umword_t w)
{
    char text[20] = " ";
    unsigned at = sizeof text - 1;
    text[at] = 0;
    do
        text[--at] = "0123456789abcdef"[w & 15];
    while (w >>= 4);
    say(name);
    say("0x");
    say(&text[at]);
}

/* The log takes the UTCB, so the message is put aside meanwhile. */
static void call_show(const struct call *c)
{
    l4_umword_t words[L4_UTCB_OFFSET / sizeof(l4_umword_t)];
    volatile l4_umword_t *utcb = (volatile l4_umword_t *)l4_utcb();
    enum { WORDS = sizeof words / sizeof words[0] };
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = utcb[i];
    say("fuzz: the call:");
    say_word(" dest ", c->dest | c->flags);
    say_word(" tag ", (l4_umword_t)c->tag.raw);
    say_word(" timeouts ", c->timeout.raw);
    unsigned used = l4_msgtag_words(c->tag) + 2 * l4_msgtag_items(c->tag);
    for (unsigned i = 0; i < used && i < 63; i++)
        say_word(i ? " " : "\nfuzz: words ", words[i]);
    say_word("\nfuzz: bdr ", words[64]);
    for (unsigned i = 0; i < 6; i++)
        say_word(i ? " " : " br ", words[65 + i]);
    say("\n");
    for (unsigned i = 0; i < WORDS; i++)
        utcb[i] = words[i];
}

static void touch(unsigned long *s)
{
    unsigned long page = below(s, ARENA_PAGES) << L4_PAGESHIFT;
    l4_addr_t at = (below(s, 2) ? WINDOW : (l4_addr_t)shared.arena) + page;
    volatile char *p = (volatile char *)at;
    if (below(s, 2))
        *p = 1;
    else
        (void)*p;
}

static void fuzz(unsigned long *s)
{
    struct call c;
    l4_umword_t label;
    unsigned long n = __atomic_fetch_add(&shared.calls, 1, __ATOMIC_RELAXED);
    if (n >= shared.limit) {
        for (;;)
            l4_ipc_sleep(L4_IPC_NEVER);
    }
    if (below(s, 40) == 0) {
        touch(s);
        return;
    }
    call_make(s, &c);
    shared.made[c.operation]++;
    if (n + 1 == shared.show)
        call_show(&c);
    l4_msgtag_t tag =
        l4_ipc(c.dest, l4_utcb(), c.flags, c.label, c.tag, &label, c.timeout);
    int failed = l4_error(tag) < 0;
    shared.errors += (unsigned)failed;
    shared.done[c.operation] += !failed;
}

void fuzzer_main(void)
{
    char here;
    l4_addr_t at = (l4_addr_t)&here - (l4_addr_t)shared.stack;
    unsigned long *s = &shared.state[at / STACK_BYTES % STACKS];
    for (;;)
        fuzz(s);
}
