/*
 * A node of a network: asks a peer a few times whether it is there, and
 * answers when it is asked.
 *
 *      rom/net_node NUMBER COUNT      capabilities: sigma0, icu, rom
 *
 *      | to 6 | from 6 | type 0x88b5 | question/answer | number | text |
 *
 * Frames go to everybody at the switch (broadcast) until the first answer has
 * told the peer's address. Type 0x88b5 is IEEE's for local experiments; an IP
 * stack comes with the network server.
 */
#include "virtio_net.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TYPE_HIGH = 0x88, TYPE_LOW = 0xb5, QUESTION = 1, ANSWER = 2 };
enum { FRAME = 60, ANSWER_MS = 100, QUIET_MS = 20 };

struct frame {
    l4_uint8_t to[6], from[6], type[2], kind, number;
    char text[FRAME - 16];
};

static struct virtio_net net;
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
    virtio_net_send(&net, &f, sizeof f);
}

/* The next frame of ours; questions are answered on the way. False: nothing
 * but silence. */
static bool next_answer(unsigned ms, struct frame *ret_frame)
{
    static l4_uint8_t buffer[NET_FRAME_MAX];
    l4_timeout_t timeout =
        l4_timeout(L4_IPC_TIMEOUT_NEVER, l4_timeout_from_us(ms * 1000));
    for (;;) {
        int size = virtio_net_receive(&net, buffer, timeout);
        if (size < 0)
            return false;
        if (size < FRAME)
            continue;
        memcpy(ret_frame, buffer, sizeof *ret_frame);
        if (ret_frame->type[0] != TYPE_HIGH || ret_frame->type[1] != TYPE_LOW)
            continue;
        if (ret_frame->kind == ANSWER)
            return true;
        send(ret_frame->from, ANSWER, ret_frame->number);
        answered++;
    }
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

int main(int argc, char **argv)
{
    struct frame f;
    const char *failed;
    unsigned number = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 0) : 0;
    unsigned count = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 3;
    long error =
        virtio_net_open(&net, number, l4re_env()->main_thread, &failed);
    if (error) {
        printf("no %s: %s (is there an adapter? --net hub)\n", failed,
               l4sys_errtostr(error));
        return 1;
    }
    printf("my address is %s\n", mac_text(net.mac));
    /* Each is asked while the other listens, too. */
    l4_ipc_sleep_ms(QUIET_MS);
    unsigned answers = ask(count);
    while (next_answer(ANSWER_MS, &f))
        ;
    printf("%u of %u answered, %u answers given\n", answers, count, answered);
    return answers == count ? 0 : 1;
}
