/*
 * From the first instruction to main(): sigma0, which has no C library.
 *
 * sigma0 serves the memory the library would be made of, so it gets string
 * functions and nothing else: no heap, no threads, no thread-local storage,
 * no console but l4_vcon_write(). The KIP's address comes in a register.
 */
#include "relocate.h"

#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>

__attribute__((weak)) l4_kernel_info_t const *l4_global_kip;

int main(void);
void crt_start(unsigned long *block, void *register_kip);

void crt_start(unsigned long *block, void *register_kip)
{
    (void)block;
    crt_relocate();
    l4_global_kip = register_kip;
    main();
    for (;;)
        l4_ipc_sleep(L4_IPC_NEVER);
}
