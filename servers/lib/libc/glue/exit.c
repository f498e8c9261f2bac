/*
 * The end of a program: tell the parent, then sleep until it deletes us.
 * The default for group 2 of <vitrine/libc.h>.
 */
#include "env.h"

#include <l4/re/c/parent.h>
#include <l4/sys/ipc.h>
#include <vitrine/libc.h>

_Noreturn void vitrine_program_end(int code)
{
    if (!l4_is_invalid_cap(env_parent()))
        l4re_parent_signal(env_parent(), 0, code);
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}
