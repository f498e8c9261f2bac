/*
 * A node of a network: asks a peer a few times whether it is there, and
 * answers when it is asked.
 *
 *      rom/net_node COUNT      capability: nic
 *
 *      | to 6 | from 6 | type 0x88b5 | question/answer | number | text |
 *
 * Frames go to everybody at the switch (broadcast) until the first answer has
 * told the peer's address. Type 0x88b5 is IEEE's for local experiments; an IP
 * stack comes with the network server.
 */
#include "adapter.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_HIGH = 0x88, TYPE_LOW = 0xb5, QUESTION = 1, ANSWER = 2 };
enum { FRAME = 60, ANSWER_MS = 100, QUIET_MS = 20 };

struct frame {
    l4_uint8_t to[6], from[6], type[2], kind, number;
    char text[FRAME - 16];
};

static struct adapter net;
static l4_cap_idx_t signal; /* something came, or was sent */
static unsigned answered;

/* An address as text; the last one asked for. */
static const char *mac_text(const l4_uint8_t *mac)
{
    static char text[18];
    snprintf(text, sizeof text, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1],
             mac[2], mac[3], mac[4], mac[5]);
    return text;
}

static void send(const l4_uint8_t *to, l4_uint8_t kind, l4_uint8_t number)
{
    struct frame f = {.type = {TYPE_HIGH, TYPE_LOW},
                      .kind = kind,
                      .number = number,
                      .text = "is anybody there?"};
    memcpy(f.to, to, sizeof f.to);
    memcpy(f.from, net.mac, sizeof f.from);
    adapter_send(&net, &f, sizeof f);
}

/* The next frame of ours, of any length; false: nothing but silence. */
static bool next_frame(l4_timeout_t timeout, struct frame *ret_frame)
{
    const struct frame *f;
    size_t size;
    bool is_ours;
    do {
        while (!(f = adapter_receive(&net, false, &size)))
            if (l4_msgtag_has_error(l4_irq_receive(signal, timeout)))
                return false;
        is_ours =
            size >= FRAME && f->type[0] == TYPE_HIGH && f->type[1] == TYPE_LOW;
        if (is_ours)
            *ret_frame = *f;
        adapter_release(&net, f);
    } while (!is_ours);
    return true;
}

/* The next answer; questions are answered on the way. */
static bool next_answer(unsigned ms, struct frame *ret_frame)
{
    l4_timeout_t timeout =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(ms * 1000));
    while (next_frame(timeout, ret_frame)) {
        if (ret_frame->kind == ANSWER)
            return true;
        send(ret_frame->from, ANSWER, ret_frame->number);
        answered++;
    }
    return false;
}

static unsigned ask(unsigned count)
{
    l4_uint8_t peer[6] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    unsigned answers = 0;
    for (unsigned i = 1; i <= count; i++) {
        struct frame f;
        send(peer, QUESTION, (l4_uint8_t)i);
        if (!next_answer(ANSWER_MS, &f) || f.number != i) {
            printf("question %u: no answer\n", i);
            continue;
        }
        memcpy(peer, f.from, sizeof peer);
        printf("question %u: answered by %s\n", i, mac_text(f.from));
        answers++;
    }
    return answers;
}

/* An IRQ for the adapter's driver to trigger, received by this thread. */
static long signal_make(void)
{
    signal = l4re_util_cap_alloc();
    long error = l4_error(l4_factory_create_irq(l4re_env()->factory, signal));
    if (error >= 0)
        error =
            l4_error(l4_rcv_ep_bind_thread(signal, l4re_env()->main_thread, 0));
    return error;
}

int main(int argc, char **argv)
{
    struct frame f;
    unsigned count = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 3;
    long error = signal_make();
    if (error >= 0)
        error = adapter_open(&net, l4re_env_get_cap("nic"), signal);
    if (error < 0) {
        printf("no adapter: %s\n", l4sys_errtostr(error));
        return 1;
    }
    printf("my address is %s\n", mac_text(net.mac));
    /* Each is asked while the other listens, too. */
    l4_ipc_sleep_ms(QUIET_MS);
    unsigned answers = ask(count);
    while (next_answer(ANSWER_MS, &f))
        ;
    printf("%u of %u answered, %u answers given\n", answers, count, answered);
    adapter_close(&net);
    return answers == count ? 0 : 1;
}
