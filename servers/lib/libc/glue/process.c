/*
 * The process: its end, and what it runs on.
 */
#include "calls.h"
#include "machine.h"

#include <string.h>
#include <sys/utsname.h>
#include <vitrine/libc.h>

long call_exit_group(const long *a)
{
    vitrine_program_end(a[0] & 0xff);
}

/* User and group 0, and requests that need nothing done. */
long call_zero(const long *a)
{
    (void)a;
    return 0;
}

long call_uname(const long *a)
{
    struct utsname *u = (struct utsname *)a[0];

    memset(u, 0, sizeof *u);
    strcpy(u->sysname, "Vitrine");
    strcpy(u->nodename, "vitrine");
    strcpy(u->release, "0.1.0");
    strcpy(u->machine, ARCH_MACHINE_NAME);
    return 0;
}
