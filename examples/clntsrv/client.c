/*
 * A client: asks the server behind capability "calc" a few questions.
 *
 *      client --- call: SUB 8, 5 ---> gate ---> server
 *             <-- answer: 3 -----------------------
 *
 * A call blocks until the answer is there; meanwhile the server works on the
 * client's time. The argument, a number, makes the clients differ.
 */
#include "calc.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

static l4_cap_idx_t calc;

/* Sends the first `words` message registers; the answer's label. */
static long call(unsigned words)
{
    return l4_error(l4_ipc_call(
        calc, l4_utcb(), l4_msgtag(CALC_PROTOCOL, words, 0, 0), L4_IPC_NEVER));
}

static long calc_sub(long a, long b, long *ret_result)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = CALC_SUB;
    m->mr[1] = (l4_umword_t)a;
    m->mr[2] = (l4_umword_t)b;
    long error = call(3);
    if (error >= 0)
        *ret_result = (long)m->mr[0];
    return error;
}

static long calc_neg(long a, long *ret_result)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = CALC_NEG;
    m->mr[1] = (l4_umword_t)a;
    long error = call(2);
    if (error >= 0)
        *ret_result = (long)m->mr[0];
    return error;
}

static int failed(const char *what, long error)
{
    printf("%s: %s\n", what, l4sys_errtostr(error));
    return 1;
}

int main(int argc, char **argv)
{
    long start = argc > 1 ? atol(argv[1]) : 1;
    calc = l4re_env_get_cap("calc");

    for (long i = start; i < start + 3; i++) {
        long difference, negative;
        long error = calc_sub(10, i, &difference);
        if (error < 0)
            return failed("sub", error);
        error = calc_neg(difference, &negative);
        if (error < 0)
            return failed("neg", error);
        printf("10 - %ld = %ld, negated %ld\n", i, difference, negative);
    }

    /* A request the server does not know is refused, not ignored. */
    l4_utcb_mr()->mr[0] = 99;
    long error = call(1);
    printf("operation 99: %s\n", l4sys_errtostr(error));
    return error == -L4_ENOSYS ? 0 : 1;
}
