/*
 * The fake kernel's notebook, and the block that GS points to.
 *
 * The UTCB is poison at the start, and as in a real kernel a reply changes
 * only the words its tag counts, so that a function that sends or reads too
 * much is seen.
 */
#define _GNU_SOURCE
#include "fake_kernel.h"

#include <asm/prctl.h>
#include <criterion/criterion.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { UTCB_WORDS = L4_UTCB_OFFSET / sizeof(l4_umword_t) };
static const l4_umword_t POISON = 0xdeadbeefdeadbeef;

static l4_umword_t utcb[UTCB_WORDS];
static void *gs_block[32] = {utcb};

static struct fake_call calls[FAKE_CALLS_MAX];
static unsigned call_count;

static l4_msgtag_t reply_tag;
static l4_umword_t reply_mr[L4_UTCB_GENERIC_DATA_SIZE];
static l4_umword_t reply_label, reply_error;

void fake_kernel_start(void)
{
    for (unsigned i = 0; i < UTCB_WORDS; i++)
        utcb[i] = POISON;
    l4_utcb_tcr_u((l4_utcb_t *)utcb)->error = 0;
    cr_assert_eq(syscall(SYS_arch_prctl, ARCH_SET_GS, gs_block), 0);
    cr_assert_eq((void *)l4_utcb(), (void *)utcb);
}

unsigned fake_calls(void)
{
    return call_count;
}

const struct fake_call *fake_call(unsigned n)
{
    cr_assert_lt(n, call_count, "system call %u was never made", n);
    return &calls[n];
}

const struct fake_call *fake_last(void)
{
    return fake_call(call_count - 1);
}

void fake_reply(l4_msgtag_t tag, l4_umword_t mr0, l4_umword_t mr1,
                l4_umword_t mr2)
{
    reply_tag = tag;
    reply_error = 0;
    reply_mr[0] = mr0;
    reply_mr[1] = mr1;
    reply_mr[2] = mr2;
}

void fake_reply_label(l4_umword_t label)
{
    reply_label = label;
}

void fake_reply_text(const char *text, unsigned words)
{
    fake_reply(l4_msgtag(0, words, 0, 0), 0, 0, 0);
    memcpy(reply_mr, text, words * sizeof(l4_umword_t));
}

void fake_fail(l4_umword_t code)
{
    reply_tag = l4_msgtag(0, 0, 0, L4_MSGTAG_ERROR);
    reply_error = code;
}

bool fake_is_obj_item(const struct fake_call *c, unsigned i, l4_cap_idx_t obj)
{
    return c->mr[i] == L4_ITEM_MAP &&
           c->mr[i + 1] == (obj | (L4_FPAGE_OBJ << 4) | L4_CAP_FPAGE_RWS);
}

/* Called by the stub. */
l4_umword_t fake_kernel_enter(l4_umword_t tag, l4_umword_t dest,
                              l4_umword_t timeouts, l4_umword_t *label)
{
    l4_utcb_t *u = (l4_utcb_t *)utcb;
    cr_assert_lt(call_count, FAKE_CALLS_MAX);
    struct fake_call *c = &calls[call_count++];
    c->dest = dest & ~(l4_umword_t)L4_SYSF_MASK;
    c->flags = dest & L4_SYSF_MASK;
    c->tag.raw = (l4_mword_t)tag;
    c->timeout.raw = (l4_uint32_t)timeouts;
    c->label = *label;
    memcpy(c->mr, l4_utcb_mr_u(u)->mr, sizeof(c->mr));
    memcpy(&c->buffers, l4_utcb_br_u(u), sizeof(c->buffers));
    cr_assert_eq(timeouts >> 32, 0);
    *label = reply_label;
    if (c->flags & L4_SYSF_RECV)
        memcpy(l4_utcb_mr_u(u)->mr, reply_mr,
               l4_msgtag_words(reply_tag) * sizeof(l4_umword_t));
    if (l4_msgtag_has_error(reply_tag))
        l4_utcb_tcr_u(u)->error = reply_error;
    return (l4_umword_t)reply_tag.raw;
}
