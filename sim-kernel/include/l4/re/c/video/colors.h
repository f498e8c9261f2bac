/*
 * How a pixel is laid out in memory. Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_VIDEO_COLORS_H
#define L4_RE_C_VIDEO_COLORS_H

#include <l4/sys/compiler.h>

typedef struct l4re_video_color_component_t {
    unsigned char shift; /* bits */
    unsigned char size;  /* bits */
} l4re_video_color_component_t;

typedef struct l4re_video_pixel_info_t {
    l4re_video_color_component_t r, g, b, a;
    unsigned char bytes_per_pixel;
} l4re_video_pixel_info_t;

/* Bits of a pixel that carry colour or alpha. */
L4_INLINE int l4re_video_bits_per_pixel(l4re_video_pixel_info_t *p)
{
    return p->r.size + p->g.size + p->b.size + p->a.size;
}

#endif
