/*
 * fb: the screen, as a Goos with one view of one buffer (goos.iface).
 *
 *      rom/fb [WIDTHxHEIGHT]      capabilities: fb_server, and those of a
 *                                 driver (servers/lib/drivers)
 *
 * Where the buffer is what the machine shows there is nothing to refresh
 * (screen.h). All clients have the same one; who is to have which part is
 * another server's.
 */
#include "goos-server.h"
#include "screen.h"
#include <l4/re/c/video/goos.h>
#include <l4/re/env.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WIDTH = 640, HEIGHT = 480, SIDE_MAX = 4096 };

static const l4re_video_pixel_info_t pixel = {
    .b = {0, 8}, .g = {8, 8}, .r = {16, 8}, .bytes_per_pixel = SCREEN_PIXEL};
static struct screen screen;

static long on_info(struct l4re_session *session, l4_umword_t *ret_width,
                    l4_umword_t *ret_height, l4_umword_t *ret_flags,
                    l4_umword_t *ret_views, l4_umword_t *ret_buffers,
                    void *ret_pixel, size_t *ret_pixel_size)
{
    (void)session;
    *ret_width = screen.width;
    *ret_height = screen.height;
    *ret_flags = screen.refreshed ? 0 : F_l4re_video_goos_auto_refresh;
    *ret_views = *ret_buffers = 1;
    memcpy(ret_pixel, &pixel, sizeof pixel);
    *ret_pixel_size = sizeof pixel;
    return 0;
}

static bool is_inside(long at, long size, unsigned limit)
{
    return at >= 0 && size >= 0 && at <= (long)limit &&
           size <= (long)limit - at;
}

static long on_refresh(struct l4re_session *session, long x, long y, long w,
                       long h)
{
    (void)session;
    if (!is_inside(x, w, screen.width) || !is_inside(y, h, screen.height))
        return -L4_ERANGE;
    return screen_show(&screen, (unsigned)x, (unsigned)y, (unsigned)w,
                       (unsigned)h);
}

static long on_refresh_view(struct l4re_session *session, l4_umword_t index,
                            long x, long y, long w, long h)
{
    return index ? -L4_ERANGE : on_refresh(session, x, y, w, h);
}

static long on_static_buffer(struct l4re_session *session, l4_umword_t index,
                             l4_cap_idx_t *ret_buffer)
{
    (void)session;
    *ret_buffer = screen.pixels;
    return index ? -L4_ERANGE : 0;
}

static long on_view_info(struct l4re_session *session, l4_umword_t index,
                         void *ret_info, size_t *ret_info_size)
{
    l4re_video_view_info_t info = {
        .width = screen.width,
        .height = screen.height,
        .bytes_per_line = (unsigned long)screen.width * SCREEN_PIXEL,
        .pixel_info = pixel,
    };
    (void)session;
    memcpy(ret_info, &info, sizeof info);
    *ret_info_size = sizeof info;
    return index ? -L4_ERANGE : 0;
}

/* "WIDTHxHEIGHT"; false: nonsense. */
static bool size_read(const char *text, unsigned *ret_width,
                      unsigned *ret_height)
{
    char *end;
    unsigned long width = strtoul(text, &end, 10), height = 0;
    if (*end == 'x')
        height = strtoul(end + 1, &end, 10);
    *ret_width = (unsigned)width;
    *ret_height = (unsigned)height;
    return !*end && width && height && width <= SIDE_MAX && height <= SIDE_MAX;
}

int main(int argc, char **argv)
{
    static const struct goos_methods methods = {
        .info = on_info,
        .refresh = on_refresh,
        .static_buffer = on_static_buffer,
        .view_info = on_view_info,
        .refresh_view = on_refresh_view,
    };
    static const struct l4re_service service = {.interface = &goos_interface,
                                                .methods = &methods};
    struct l4re_server server;
    struct l4re_session root;
    unsigned width = WIDTH, height = HEIGHT;
    if (argc > 1 && !size_read(argv[1], &width, &height)) {
        printf("no size %s: WIDTHxHEIGHT, at most %d each\n", argv[1],
               SIDE_MAX);
        return 1;
    }
    const char *what;
    long error = screen_open(&screen, width, height, &what);
    if (error) {
        printf("no screen: %s: %s (is there one? --screen FILE)\n", what,
               l4sys_errtostr(error));
        return 1;
    }
    printf("a screen of %ux%u\n", width, height);
    if (l4re_server_init(&server, 0) < 0 ||
        l4re_server_publish(&server, &root, &service,
                            l4re_env_get_cap("fb_server")) < 0)
        return 1;
    return (int)l4re_server_run(&server);
}
