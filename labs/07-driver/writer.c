/*
 * A client of the serial port (given): texts of several lengths.
 */
#include "serial.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void write_text(const char *text)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    unsigned length = (unsigned)strlen(text);
    m->mr[0] = length;
    memcpy(&m->mr[1], text, length);
    l4_ipc_call(l4re_env_get_cap("serial"), l4_utcb(),
                l4_msgtag(WRITE_PROTOCOL, 1 + l4_bytes_to_mwords(length), 0, 0),
                L4_IPC_NEVER);
}

int main(int argc, char **argv)
{
    unsigned long seed = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    char text[128];
    snprintf(text, sizeof text, "A first line with the number %lu in it.\n",
             seed);
    write_text(text);
    write_text("!\n");
    snprintf(text, sizeof text,
             "The third is longer than any FIFO, and ends with %lu.\n",
             seed * 7 % 100000);
    write_text(text);
    return 0;
}
