/*
 * 10,000 requests of any kind to cons, which must answer as if nothing had
 * happened afterwards.
 *
 *      argument 1: the seed
 *
 * Half of them are of its protocols (vcon, ICU, factory) with a known
 * operation and random words behind it; some bring a capability, or say they
 * do. Every 64th is well formed: what was written must be taken, attributes
 * must be as they were set.
 */
#include "../../../servers/lib/vcon/vcon_watch.h"
#include <l4/re/c/message.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/task.h>
#include <l4/sys/vcon.h>
#include <stdio.h>
#include <stdlib.h>
#include <tap.h>

enum { REQUESTS = 10000 };

static unsigned long random_state;
static l4_cap_idx_t gates[2], spare, irq;

static unsigned long draw(unsigned long below)
{
    random_state = random_state * 6364136223846793005ul + 1442695040888963407ul;
    return (random_state >> 33) % below;
}

static l4_umword_t draw_word(void)
{
    return draw(4) ? draw(600) : ~0ul >> draw(64);
}

static struct l4re_msg draw_request(void)
{
    static const long protocols[] = {L4_PROTO_LOG, L4_PROTO_IRQ,
                                     L4_PROTO_FACTORY, L4_PROTO_META};
    long protocol = draw(8) ? protocols[draw(4)] : (long)draw(0x8000) - 0x4000;
    l4_umword_t operation = draw(8) ? draw(8) : draw_word();
    if (protocol == L4_PROTO_LOG && draw(2))
        operation |= draw(0x1000) << 16;
    if (protocol == L4_PROTO_LOG && !draw(8))
        operation = VCON_WATCH_OP;
    struct l4re_msg m = l4re_msg_start(protocol, operation);
    for (unsigned long n = draw(60); n; n--)
        l4re_msg_word(&m, draw_word());
    m.words = draw(16) ? m.words : (unsigned)draw(m.words + 1);
    l4re_msg_receive_cap(&m, spare);
    if (!draw(4) && m.words < 56)
        l4re_msg_cap(&m, draw(4) ? irq : spare, L4_CAP_FPAGE_RWS);
    return m;
}

static int is_sound(l4_cap_idx_t vcon)
{
    l4_vcon_attr_t set = {0, 0, draw(2) ? L4_VCON_ICANON : 0}, got = {9, 9, 9};
    return l4_vcon_write(vcon, "line\n", 5) == 5 &&
           l4_error(l4_vcon_set_attr(vcon, &set)) == 0 &&
           l4_error(l4_vcon_get_attr(vcon, &got)) == 0 &&
           got.l_flags == set.l_flags;
}

int main(int argc, char **argv)
{
    int sound = 1;
    random_state = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    gates[0] = l4re_env_get_cap("vcon");
    gates[1] = l4re_env_get_cap("cons");
    spare = l4re_util_cap_alloc();
    irq = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    for (int i = 0; i < REQUESTS && sound; i++) {
        struct l4re_msg m = draw_request();
        l4_timeout_t never = L4_IPC_NEVER;
        l4_ipc_call(gates[draw(2)], l4_utcb(),
                    l4_msgtag(m.protocol, m.words, m.items, 0), never);
        l4_task_release_cap(L4RE_THIS_TASK_CAP, spare);
        if (i % 64 == 0)
            sound = is_sound(gates[0]);
    }
    fact(sound, "cons answers as it should between any requests");
    /* Sessions that were made have gone with their capability. */
    int made = 0;
    while (made < 100) {
        l4_cap_idx_t slot = l4re_util_cap_alloc();
        if (l4_error(l4_factory_create(gates[1], L4_PROTO_LOG, slot)) < 0)
            break;
        made++;
    }
    code(made, 32, "its sessions are free again, and no more than 32");
    return tap_end();
}
