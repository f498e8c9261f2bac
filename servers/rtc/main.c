/*
 * rtc: the machine's clock (walltime.iface).
 *
 *      rom/rtc      capabilities: rtc_server, and those of a driver
 *                   (servers/lib/drivers)
 *
 * The clock is asked for the time once and then the kernel's, which is finer
 * and cheaper, is added to: both count the same seconds. Waiting is the
 * kernel's business for that reason, too; the clock's alarm is not used.
 *
 * I1  waiters[0..count) have not been answered, in no order.
 */
#include "rtc.h"
#include "walltime-server.h"
#include <l4/re/env.h>
#include <l4/sys/kip.h>
#include <stdio.h>

enum { WAITERS_MAX = 32, NS_PER_US = 1000, TRIES = 2000 /* ms */ };

struct waiter {
    struct l4re_caller caller;
    l4_uint64_t at; /* ns since 1970 */
};

static struct l4re_server server;
static struct l4re_timer timer;
static struct rtc clock_device;
static l4_uint64_t offset; /* ns, time - the kernel's clock */
static struct waiter waiters[WAITERS_MAX];
static unsigned count;

static l4_uint64_t time_now(void)
{
    return l4_kip_clock_ns(l4re_kip()) + offset;
}

/* The start of a tick is when the two clocks can be compared best: the device
 * says whole ones. */
static void offset_find(void)
{
    l4_uint64_t first = rtc_now(&clock_device), then = first;
    if (clock_device.kind->tick_ns < NS_PER_US) {
        offset = first - l4_kip_clock_ns(l4re_kip());
        return;
    }
    for (unsigned i = 0; i < TRIES; i++) {
        l4_ipc_sleep_ms(1);
        then = rtc_now(&clock_device);
        if (then != first)
            break;
    }
    offset = then - l4_kip_clock_ns(l4re_kip());
}

static void on_due(struct l4re_server *s, struct l4re_timer *t);

/* For the first that waits. */
static void timer_set(void)
{
    l4_uint64_t first = ~0ull;
    for (unsigned i = 0; i < count; i++)
        if (waiters[i].at < first)
            first = waiters[i].at;
    if (count)
        l4re_timer_set(&server, &timer,
                       (first - offset + NS_PER_US - 1) / NS_PER_US, on_due);
}

/* Keeps I1. */
static void on_due(struct l4re_server *s, struct l4re_timer *t)
{
    l4_uint64_t now = time_now();
    (void)t;
    for (unsigned i = 0; i < count;) {
        struct waiter w = waiters[i];
        if (w.at > now) {
            i++;
            continue;
        }
        waiters[i] = waiters[--count];
        walltime_wait_until_answer(s, w.caller, 0, now);
    }
    timer_set();
}

static long on_now(struct l4re_session *session, l4_umword_t *ret_ns,
                   l4_umword_t *ret_resolution_ns)
{
    (void)session;
    *ret_ns = time_now();
    *ret_resolution_ns = clock_device.kind->tick_ns;
    return 0;
}

static long on_offset(struct l4re_session *session, l4_umword_t *ret_ns)
{
    (void)session;
    *ret_ns = offset;
    return 0;
}

static long on_wait_until(struct l4re_session *session, l4_umword_t ns,
                          l4_umword_t *ret_now_ns)
{
    *ret_now_ns = time_now();
    if (ns <= *ret_now_ns)
        return 0;
    if (count == WAITERS_MAX)
        return -L4_EBUSY;
    long error = l4re_session_later(session, &waiters[count].caller);
    if (error)
        return error;
    waiters[count++].at = ns;
    timer_set();
    return L4RE_LATER;
}

int main(void)
{
    static const struct walltime_methods methods = {
        .now = on_now, .offset = on_offset, .wait_until = on_wait_until};
    static const struct l4re_service service = {
        .interface = &walltime_interface, .methods = &methods};
    static struct l4re_session root;
    const char *failed;
    long error = rtc_open(&clock_device, l4re_env()->main_thread, &failed);
    if (error) {
        printf("no %s: %s\n", failed, l4sys_errtostr(error));
        return 1;
    }
    offset_find();
    if (l4re_server_init(&server, L4RE_SERVER_LATER) < 0 ||
        l4re_server_publish(&server, &root, &service,
                            l4re_env_get_cap("rtc_server")) < 0)
        return 1;
    return (int)l4re_server_run(&server);
}
