/*
 * Requests and answers out of an input (see decoder.h).
 */
#include "decoder.h"
#include "utcb.h"
#include <l4/sys/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char decoder_data[DECODER_DATA] = "data";

static struct l4re_request *request; /* the one that is read */

static void fail(const char *what)
{
    fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

void decoder_text(const char *text, size_t most)
{
    if (strnlen(text, most + 1) > most)
        fail("a text without an end");
}

void decoder_bytes(const void *bytes, size_t size, size_t most)
{
    unsigned sum = 0;
    if (size > most)
        fail("more bytes than there may be");
    for (size_t i = 0; i < size; i++)
        sum += ((const unsigned char *)bytes)[i];
    __asm__ volatile("" : : "r"(sum));
}

void decoder_cap(l4_cap_idx_t cap, bool optional)
{
    bool came = false;
    for (unsigned i = 0; i < request->cap_count; i++)
        came |= cap == request->caps[i];
    if (!came && !(optional && l4_is_invalid_cap(cap)))
        fail("a capability that did not come");
}

void decoder_fill_text(char *text, size_t most)
{
    size_t size = input_byte() % (most + 1);
    memset(text, 'a', size);
    text[size] = 0;
}

void decoder_fill_bytes(void *bytes, size_t *inout_size, size_t most)
{
    if (*inout_size > most)
        fail("more room than there is");
    *inout_size = input_byte() % (*inout_size + 1);
    memset(bytes, 'b', *inout_size);
}

long decoder_result(void)
{
    unsigned how = input_byte();
    return how < 0xc0 ? how & 3 : how == 0xff ? L4RE_LATER : -(long)how;
}

const char *decoder_make_text(size_t most)
{
    static char text[DECODER_DATA];
    size_t size = input_byte() % (most + 2);
    memset(text, 'c', size);
    text[size] = 0;
    return text;
}

void *decoder_room(size_t size)
{
    char *room = malloc(size ? size : 1);
    memset(room, 0, size);
    return room;
}

/* ---- The server's side ---- */

static bool is_sound(long result)
{
    return result > -4096 || result == L4RE_LATER;
}

static void request_from_input(struct l4re_request *r)
{
    unsigned words = input_byte() % (L4_UTCB_GENERIC_DATA_SIZE + 1);
    l4_umword_t *mr = malloc(words * sizeof *mr + 1);
    for (unsigned i = 0; i < words; i++)
        mr[i] = i ? input_short_word() : input_byte() % (decoder.count + 2);
    r->protocol = decoder.interface->protocol;
    r->in = (struct l4re_msg_in){.mr = mr, .words = words};
    r->cap_count = input_byte() % (L4RE_SERVER_CAPS + 1);
    for (unsigned i = 0; i < r->cap_count; i++)
        r->caps[i] = DECODER_CAP + i * L4_CAP_SIZE;
}

static void serve(void)
{
    static struct l4re_request r;
    struct l4re_msg answer = l4re_msg_start_answer();
    request = &r;
    request_from_input(&r);
    long result =
        decoder.interface->dispatch(NULL, decoder.methods, &r, &answer);
    if (!is_sound(result) || !is_sound(answer.error))
        fail("no result and no error");
    if (answer.words + 2 * answer.items > L4_UTCB_GENERIC_DATA_SIZE)
        fail("an answer that is longer than a message");
    free((void *)r.in.mr);
}

long l4re_server_answer(struct l4re_server *server, struct l4re_caller caller,
                        long result, struct l4re_msg *answer)
{
    (void)server, (void)caller, (void)answer;
    return result;
}

/* ---- The client's side ---- */

/* The stub's call: whatever comes back. */
l4_umword_t __l4_arch_syscall(l4_umword_t raw, l4_umword_t dest,
                              l4_umword_t timeouts, l4_umword_t *label)
{
    l4_msgtag_t tag = {.raw = (l4_mword_t)raw};
    (void)dest, (void)timeouts, (void)label;
    if (l4_msgtag_words(tag) + 2 * l4_msgtag_items(tag) >
        L4_UTCB_GENERIC_DATA_SIZE)
        fail("a request that is longer than a message");
    unsigned words = input_byte() % (L4_UTCB_GENERIC_DATA_SIZE + 1);
    for (unsigned i = 0; i < words; i++)
        l4_utcb_mr()->mr[i] = input_short_word();
    return (l4_umword_t)l4_msgtag(decoder_result() & 0xffff, words, 0, 0).raw;
}

void fuzz_one(void)
{
    utcb_make();
    while (input_is_left()) {
        unsigned which = input_byte();
        if (which & 1)
            serve();
        else
            decoder.ask[(which >> 1) % decoder.count]();
    }
}
