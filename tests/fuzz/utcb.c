/* See utcb.h: on x86-64 the word at GS:0 leads to a thread's UTCB. */
#include "utcb.h"
#include <asm/prctl.h>
#include <l4/sys/utcb.h>
#include <stdalign.h>
#include <sys/syscall.h>
#include <unistd.h>

void utcb_make(void)
{
    static alignas(64) char memory[L4_UTCB_SIZE];
    static char *cell = memory;
    syscall(SYS_arch_prctl, ARCH_SET_GS, &cell);
}
