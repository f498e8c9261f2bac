/*
 * Given: writes letters. Arguments: how many, a number they are made from,
 * and an address to touch at the end (0: none).
 */
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/types.h>
#include <stdio.h>
#include <stdlib.h>

enum { LETTER = 0x111 };

static void call(l4_cap_idx_t to, l4_umword_t word)
{
    l4_utcb_mr()->mr[0] = word;
    l4_ipc_call(to, l4_utcb(), l4_msgtag(LETTER, 1, 0, 0), L4_IPC_NEVER);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1;
    unsigned long number = argc > 2 ? strtoul(argv[2], 0, 0) : 1;
    unsigned long address = argc > 3 ? strtoul(argv[3], 0, 0) : 0;
    int opens_safe = argc > 4;

    for (int i = 0; i < count; i++) {
        call(l4re_env_get_cap("post"), number);
        number = (number * 6364136223846793005ul + 1442695040888963407ul) >> 20;
    }
    call(l4re_env_get_cap("post"), 0); /* to nobody */
    if (opens_safe)
        call(l4re_env_get_cap("safe"), 1);
    if (address)
        *(volatile char *)address = 1;
    printf("good night\n");
    return 0;
}
