/*
 * The shell's console (see console.h).
 *
 * Keys, Ctrl-C, Ctrl-Z and ends of processes are interrupts, all bound to the
 * shell's one thread and told apart by their labels. A second thread watches
 * the console (watch.h): what it knew (attributes, interrupts) is told to
 * the next one.
 */
#include "console.h"
#include "../cons/cons.h"
#include "../lib/files/fio.h"
#include "vcon_watch.h"
#include "watch.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/irq.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/vcon.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>

enum { EVENTS = 5, BACK_MS = 10, BACK_TRIES = 100 };

static l4_cap_idx_t vcon, irqs[EVENTS];
static bool is_lent;
static struct fio diverted;
static bool is_diverted;

/* --- set-up ------------------------------------------------------------------
 */

static void attributes_set(void)
{
    l4_vcon_attr_t attr = {.i_flags = L4_VCON_ICRNL};
    if (is_lent)
        attr.l_flags = L4_VCON_ICANON | L4_VCON_ECHO;
    l4_vcon_set_attr(vcon, &attr);
}

static void attach(void)
{
    attributes_set();
    for (unsigned i = 0; i < CLIENT_LINES; i++)
        l4_icu_bind(vcon, i, irqs[i]);
}

long console_open(void)
{
    vcon = l4re_env_get_cap("vcon");
    if (l4_is_invalid_cap(vcon))
        vcon = l4re_env()->log;
    for (unsigned i = 0; i < EVENTS; i++) {
        irqs[i] = l4re_util_cap_alloc();
        long error =
            l4_error(l4_factory_create_irq(l4re_env()->factory, irqs[i]));
        if (error >= 0)
            error = l4_error(l4_rcv_ep_bind_thread(
                irqs[i], pthread_l4_cap(pthread_self()), (i + 1) << 4));
        if (error < 0)
            return error;
    }
    attach();
    return watch_start(&(struct watched){vcon, L4_PROTO_LOG, VCON_WATCH_OP},
                       irqs[__builtin_ctz(EVENT_CONSOLE)]);
}

l4_cap_idx_t console_vcon(void)
{
    return vcon;
}

l4_cap_idx_t console_process_irq(void)
{
    return irqs[__builtin_ctz(EVENT_PROCESS)];
}

void console_lend(void)
{
    is_lent = true;
    attributes_set();
}

/* The program may have bound an interrupt of its own to the keys. */
void console_take_back(void)
{
    is_lent = false;
    attach();
}

/* --- events
 * -------------------------------------------------------------------- */

int console_key(void)
{
    char key;
    return l4_vcon_read(vcon, &key, 1) > 0 ? (unsigned char)key : -1;
}

unsigned console_wait(unsigned long us)
{
    l4_umword_t label = 0;
    l4_timeout_t timeout = L4_IPC_NEVER;
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0;
    if (us)
        l4_rcv_timeout(l4_timeout_abs(l4_kip_clock(l4re_kip()) + us, 8),
                       &timeout);
    if (l4_msgtag_has_error(l4_ipc_wait(l4_utcb(), &label, timeout)))
        return 0;
    unsigned event = 1u << ((label >> 4) - 1);
    if (event == EVENT_CONSOLE)
        attach();
    return event;
}

bool console_interrupted(void)
{
    unsigned event;
    while ((event = console_wait(1)))
        if (event == EVENT_INTERRUPT)
            return true;
    return false;
}

/* --- output
 * ---------------------------------------------------------------------- */

/* Waits for a console that has ended and comes back; one that did not the last
 * time is waited for no more. */
static bool put_piece(const char *text, unsigned size)
{
    static bool is_gone;
    unsigned waited = 0;
    for (; l4_vcon_write(vcon, text, size) < 0; waited++) {
        if (is_gone || waited == BACK_TRIES) {
            is_gone = true;
            return false;
        }
        l4_ipc_sleep_ms(BACK_MS);
    }
    if (waited || is_gone)
        attach(); /* before it edits keys itself */
    is_gone = false;
    return true;
}

static void put(const char *text, size_t size)
{
    while (size) {
        size_t n = size < L4_VCON_WRITE_SIZE ? size : L4_VCON_WRITE_SIZE;
        if (!put_piece(text, (unsigned)n))
            return;
        text += n;
        size -= n;
    }
}

void say_bytes(const char *text, size_t size)
{
    if (is_diverted)
        fio_write(&diverted, FILES_HERE, text, size);
    else
        put(text, size);
}

void say(const char *format, ...)
{
    char text[512];
    va_list v;
    va_start(v, format);
    int n = vsnprintf(text, sizeof text, format, v);
    va_end(v);
    say_bytes(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

void tell(const char *format, ...)
{
    char text[512];
    va_list v;
    va_start(v, format);
    int n = vsnprintf(text, sizeof text, format, v);
    va_end(v);
    put(text, n < (int)sizeof text ? (size_t)n : sizeof text - 1);
}

void console_divert(l4_cap_idx_t file)
{
    if (is_diverted)
        fio_close(&diverted);
    is_diverted = l4_is_valid_cap(file);
    if (is_diverted)
        fio_from_cap(file, &diverted);
}
