/*
 * Project "own": the other program. It holds the gate, "server". The system
 * ends when it does; its exit code is the system's.
 */
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>

int main(void)
{
    /* TODO: your own idea */
    l4_msgtag_t tag = l4_ipc_call(l4re_env_get_cap("server"), l4_utcb(),
                                  l4_msgtag(0xe10, 0, 0, 0), L4_IPC_NEVER);
    printf("%s\n", l4sys_errtostr(l4_error(tag)));
    return l4_error(tag) < 0;
}
