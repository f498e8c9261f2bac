/*
 * The serial port's driver (given): finds the device, serves its clients with
 * your serial_write().
 */
#include "serial.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdio.h>
#include <string.h>

enum { IRQ_LABEL = 0x40 };

static struct device device;

static l4_msgtag_t serve(l4_msgtag_t tag)
{
    char text[TEXT_MAX];
    l4_umword_t length = l4_utcb_mr()->mr[0];
    if (l4_msgtag_label(tag) != WRITE_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (length > TEXT_MAX ||
        l4_msgtag_words(tag) < 1 + l4_bytes_to_mwords((unsigned)length))
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    memcpy(text, &l4_utcb_mr()->mr[1], length);
    return l4_msgtag(serial_write(&device, text, (unsigned)length), 0, 0, 0);
}

int main(void)
{
    l4_cap_idx_t self = l4re_env()->main_thread;
    struct l4_vitrine_device what;
    const char *failed = "device";
    long error = device_find("ns16550a", 0, &what);
    if (!error)
        error = device_open(&device, &what, self, IRQ_LABEL, &failed);
    if (!error)
        error = l4_error(
            l4_rcv_ep_bind_thread(l4re_env_get_cap("server"), self, 0));
    if (error < 0) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    serial_start(&device);
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), serve(tag), &label,
                                        L4_IPC_SEND_TIMEOUT_0);
    }
}
