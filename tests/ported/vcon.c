/*
 * Ported program: the log as a console: written to, asked for its attributes,
 * read from; and the other ways to print.
 */
#include "handmade.h"
#include <l4/re/c/log.h>
#include <l4/sys/kdebug.h>
#include <l4/sys/vcon.h>
#include <string.h>
#include <unistd.h>

int main(void)
{
    l4_cap_idx_t log = l4re_env()->log;
    static const char line[] = "written by hand\n";
    l4_vcon_attr_t attr = {7, 7, 7};
    char buffer[8];

    printf("written %ld\n", l4_vcon_write(log, line, strlen(line)));
    l4re_log_print("by the library\n");
    l4re_log_printn("cut here\nnot this", 9);
    must("attributes", l4_error(l4_vcon_get_attr(log, &attr)));
    l4_vcon_set_attr_raw(&attr);
    must("set", l4_error(l4_vcon_set_attr(log, &attr)));
    must("again", l4_error(l4_vcon_get_attr(log, &attr)));
    printf("raw: %lx %lx %lx\n", attr.i_flags, attr.o_flags,
           attr.l_flags & (L4_VCON_ICANON | L4_VCON_ECHO));
    printf("nothing to read: %d\n", l4_vcon_read(log, buffer, sizeof(buffer)));
    write(1, "by the system\n", 14);
    fprintf(stderr, "for errors\n");
    printf("half a ");
    fflush(stdout);
    puts("line");
    return 0;
}
