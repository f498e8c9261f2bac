/*
 * A client that goes on while its server ends again and again.
 *
 *      sys-goes-on rtc ROUNDS      waits until the next 5 ms, so often
 *      sys-goes-on fb ROUNDS       paints the whole screen, every 5 ms
 *      sys-goes-on echo ROUNDS     speaks, every 1 ms: to `echo`, or who has
 *                                  that name in `space`
 *
 * What fails because the server has ended is done again from its start.
 */
#include "again.h"
#include "echo-client.h"
#include "walltime-client.h"
#include <l4/re/c/namespace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/video/goos_fb.h>
#include <l4/re/env.h>
#include <l4/sys/task.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUND_MS = 5, SHADES = 200 };
#define ROUND_NS (ROUND_MS * 1000000ul)

static unsigned tries;

/* what: the time of the last round, ns. */
static long clock_round(void *what)
{
    l4_umword_t *last = what, now, resolution;
    l4_cap_idx_t rtc = l4re_env_get_cap("rtc");
    tries++;
    long error = walltime_now(rtc, &now, &resolution);
    if (!error)
        error = walltime_wait_until(rtc, now + ROUND_NS, &now);
    if (error < 0)
        return error;
    if (now < *last + ROUND_NS)
        return -L4_ERANGE; /* time goes back, or this came too early */
    *last = now;
    return 0;
}

/* what: the shade of grey to paint. */
static long screen_round(void *what)
{
    l4re_util_video_goos_fb_t fb;
    l4re_video_view_info_t view;
    tries++;
    long error = l4re_util_video_goos_fb_setup_name(&fb, "fb");
    if (error)
        return error;
    error = l4re_util_video_goos_fb_view_info(&fb, &view);
    unsigned char *at =
        error ? NULL : l4re_util_video_goos_fb_attach_buffer(&fb);
    if (at) {
        memset(at, *(int *)what, view.bytes_per_line * view.height);
        error = l4re_util_video_goos_fb_refresh(&fb, 0, 0, (int)view.width,
                                                (int)view.height);
    }
    l4re_util_video_goos_fb_destroy(&fb);
    return at || error ? error : -L4_EIPC_LO; /* it ended in between */
}

/* The session, or an IPC error while there is none. */
static l4_cap_idx_t echo_session(void)
{
    static l4_cap_idx_t found = L4_INVALID_CAP;
    l4_cap_idx_t space = l4re_env_get_cap("space");
    if (l4_is_invalid_cap(space))
        return l4re_env_get_cap("echo");
    if (l4_is_invalid_cap(found))
        found = l4re_util_cap_alloc();
    l4_task_release_cap(L4_BASE_TASK_CAP, found);
    l4re_ns_query_srv(space, "echo", found);
    return found;
}

/* what: how often this session has been spoken to. Each client has one of its
 * own: nobody else makes it more. */
static long echo_round(void *what)
{
    char again[ECHO_SAY_AGAIN_MAX + 1];
    l4_umword_t *times = what, now;
    l4_cap_idx_t echo = echo_session();
    tries++;
    long error = echo_say(echo, "good morning", again);
    if (!error)
        error = echo_count(echo, &now);
    if (error)
        return error;
    if (strcmp(again, "good morning") || (now != *times + 1 && now != 1))
        return -L4_EINVAL;
    *times = now;
    l4_ipc_sleep_ms(1);
    return 0;
}

int main(int argc, char **argv)
{
    const char *kind = argc > 1 ? argv[1] : "";
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 0) : 1;
    l4_umword_t last = 0;
    long error = 0;
    for (unsigned i = 1; i <= rounds && !error; i++) {
        int shade = (int)(i % SHADES);
        if (!strcmp(kind, "rtc"))
            error = again_until_open(clock_round, &last);
        else if (!strcmp(kind, "echo"))
            error = again_until_open(echo_round, &last);
        else {
            error = again_until_open(screen_round, &shade);
            l4_ipc_sleep_ms(ROUND_MS);
        }
    }
    printf("%u rounds: %ld, %s\n", rounds, error,
           tries > rounds ? "some again" : "none again");
    return error ? 1 : 0;
}
