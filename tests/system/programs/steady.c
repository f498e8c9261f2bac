/*
 * What others feel of a greedy program: every 2 ms this one asks the echo
 * server CALLS times and takes the virtual time from the moment it was due to
 * the last answer. It prints the mean of ROUNDS in ns, the worst in us.
 */
#include "echo-client.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <stdio.h>

enum { ROUNDS = 100, CALLS = 100, PERIOD_US = 2000, AFTER_US = 100000 };

static void sleep_until(l4_kernel_clock_t us)
{
    l4_timeout_t timeout = L4_IPC_NEVER;
    l4_rcv_timeout(l4_timeout_abs(us, 8), &timeout);
    l4_ipc_sleep(timeout);
}

int main(void)
{
    l4_cap_idx_t echo = l4re_env_get_cap("echo");
    char again[ECHO_SAY_AGAIN_MAX + 1];
    l4_kernel_clock_t due = l4_kip_clock(l4_kip()) + AFTER_US, sum = 0,
                      worst = 0;
    for (int round = 0; round < ROUNDS; round++, due += PERIOD_US) {
        sleep_until(due);
        for (int i = 0; i < CALLS; i++)
            if (echo_say(echo, "are you there?", again) < 0)
                return 1;
        l4_kernel_clock_t took = l4_kip_clock(l4_kip()) - due;
        sum += took;
        worst = took > worst ? took : worst;
    }
    printf("mean %lu ns, worst %lu us\n", (unsigned long)(sum * 1000 / ROUNDS),
           (unsigned long)worst);
    return 0;
}
