/*
 * Ping-pong: what a call and its answer take, with nothing else on the kernel.
 *
 *      main thread --call--> pong, the same task
 *                  <-reply--
 *
 * The argument says how many rounds (1000).
 */
#include <kenge.h>
#include <l4/sys/ipc.h>

static void pong(void *unused)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);

    (void)unused;
    for (;;) {
        l4_utcb_mr()->mr[0]++;
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 1, 0, 0), &label,
                                    L4_IPC_NEVER);
        if (l4_ipc_error(tag, l4_utcb()))
            kenge_exit(2);
    }
}

static unsigned long number(const char *digits)
{
    unsigned long n = 0;

    while (*digits >= '0' && *digits <= '9')
        n = n * 10 + (unsigned long)(*digits++ - '0');
    return n;
}

int main(int argc, char **argv)
{
    unsigned long rounds = argc > 1 ? number(argv[1]) : 1000;
    l4_cap_idx_t partner;
    l4_umword_t ball = 0;

    if (!rounds || kenge_thread(pong, 0, 200, &partner)) {
        kenge_print("usage: kenge_pingpong [ROUNDS]\n");
        return 1;
    }
    l4_uint64_t before = l4_kip_clock_ns(l4_kip());
    for (unsigned long i = 0; i < rounds; i++) {
        l4_utcb_mr()->mr[0] = ball;
        l4_msgtag_t tag = l4_ipc_call(partner, l4_utcb(), l4_msgtag(0, 1, 0, 0),
                                      L4_IPC_NEVER);
        if (l4_ipc_error(tag, l4_utcb()))
            return 3;
        ball = l4_utcb_mr()->mr[0];
    }
    l4_uint64_t after = l4_kip_clock_ns(l4_kip());
    kenge_print("%lu rounds, %lu ns each\n", ball,
                (unsigned long)((after - before) / rounds));
    return ball == rounds ? 0 : 4;
}
