/*
 * A picture: tiles in the colours of a rainbow, a diagonal, a frame.
 *
 *      rom/screen_picture      capability: fb
 *
 * The program asks for the screen's buffer and draws into it; how a pixel is
 * laid out, the view says.
 */
#include <l4/re/c/util/video/goos_fb.h>
#include <stdbool.h>
#include <stdio.h>

enum { TILE = 32, FRAME = 4 };

static l4re_video_view_info_t view;
static unsigned char *pixels;

/* v: 0 to 255 */
static unsigned component(l4re_video_color_component_t c, unsigned v)
{
    return v >> (8 - c.size) << c.shift;
}

static void put(unsigned long x, unsigned long y, unsigned r, unsigned g,
                unsigned b)
{
    const l4re_video_pixel_info_t *p = &view.pixel_info;
    unsigned *at =
        (unsigned *)(pixels + y * view.bytes_per_line + x * p->bytes_per_pixel);
    *at = component(p->r, r) | component(p->g, g) | component(p->b, b);
}

/* 0 at 0, 255 at a third of the circle, 0 again at two thirds. */
static unsigned wave(unsigned long at, unsigned long size)
{
    unsigned long third = size / 3, v = at % size;
    if (v > 2 * third)
        return 0;
    return (unsigned)((v < third ? v : 2 * third - v) * 255 / third);
}

static void draw(unsigned long x, unsigned long y)
{
    unsigned long w = view.width, h = view.height, third = w / 3;
    unsigned shade = (x / TILE + y / TILE) % 2 ? 255 : 160;
    bool is_frame = x < FRAME || y < FRAME || x >= w - FRAME || y >= h - FRAME;
    if (is_frame || x * h / w == y)
        put(x, y, 255, 255, 255);
    else
        put(x, y, wave(x + 2 * third, w) * shade / 255,
            wave(x + third, w) * shade / 255, wave(x, w) * shade / 255);
}

int main(void)
{
    l4re_util_video_goos_fb_t fb;
    int error = l4re_util_video_goos_fb_setup_name(&fb, "fb");
    if (!error)
        error = l4re_util_video_goos_fb_view_info(&fb, &view);
    if (!error)
        pixels = l4re_util_video_goos_fb_attach_buffer(&fb);
    if (error || !pixels) {
        printf("no screen: %s\n", l4sys_errtostr(error));
        return 1;
    }
    for (unsigned long y = 0; y < view.height; y++)
        for (unsigned long x = 0; x < view.width; x++)
            draw(x, y);
    error = l4re_util_video_goos_fb_refresh(&fb, 0, 0, (int)view.width,
                                            (int)view.height);
    printf("%lux%lu pixels drawn: %s\n", view.width, view.height,
           l4sys_errtostr(error));
    l4re_util_video_goos_fb_destroy(&fb);
    return error ? 1 : 0;
}
