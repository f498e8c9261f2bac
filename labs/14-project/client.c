/*
 * Given: a client of the service. It does not give up.
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

enum { REQUESTS = 30, TRIES = 20, OFTEN = 7, PATIENCE_US = 4000 };

static long ask(unsigned op, l4_umword_t number, l4_umword_t amount)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = number;
    m->mr[2] = amount;
    l4_timeout_t patience = l4_timeout(l4_timeout_from_us(PATIENCE_US),
                                       l4_timeout_from_us(PATIENCE_US));
    return l4_error(l4_ipc_call(l4re_env_get_cap("server"), l4_utcb(),
                                l4_msgtag(SERVICE_PROTOCOL, 3, 0, 0),
                                patience));
}

/* 0, or the last error. */
static long insist(unsigned op, l4_umword_t number, l4_umword_t amount)
{
    long error = -1;
    for (unsigned i = 0; error < 0 && i < TRIES; i++) {
        error = ask(op, number, amount);
        if (error < 0)
            l4_ipc_sleep_ms(1);
    }
    return error;
}

int main(int argc, char **argv)
{
    unsigned long value = argc > 1 ? strtoul(argv[1], 0, 0) : 1;
    for (unsigned i = 1; i <= REQUESTS; i++) {
        if (insist(ADD, i, value + i) < 0)
            return 1;
        if (i % OFTEN == 0) /* as if the answer had been lost */
            ask(ADD, i, value + i);
        l4_ipc_sleep_us(700);
    }
    if (insist(TOTAL, 0, 0) < 0)
        return 1;
    printf("total %lu\n", l4_utcb_mr()->mr[0]);
    return 0;
}
