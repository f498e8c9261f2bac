/*
 * Goos: a screen, its buffers and views. All functions return 0 (or an
 * index) or a negative error code. Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_VIDEO_GOOS_H
#define L4_RE_C_VIDEO_GOOS_H

#include <l4/re/c/video/colors.h>
#include <l4/re/c/video/view.h>
#include <l4/sys/types.h>

typedef l4_cap_idx_t l4re_video_goos_t;

enum l4re_video_goos_info_flags_t {
    F_l4re_video_goos_auto_refresh = 0x01,
    F_l4re_video_goos_pointer = 0x02,
    F_l4re_video_goos_dynamic_views = 0x04,
    F_l4re_video_goos_dynamic_buffers = 0x08,
};

typedef struct l4re_video_goos_info_t {
    unsigned long width, height; /* pixels */
    unsigned flags;              /* enum l4re_video_goos_info_flags_t */
    unsigned num_static_views;
    unsigned num_static_buffers;
    l4re_video_pixel_info_t pixel_info;
} l4re_video_goos_info_t;

L4_BEGIN_DECLS

int l4re_video_goos_info(l4re_video_goos_t goos, l4re_video_goos_info_t *ginfo);
int l4re_video_goos_refresh(l4re_video_goos_t goos, int x, int y, int w, int h);
/* A buffer of `size` bytes into slot `buffer` (a dataspace); its index. */
int l4re_video_goos_create_buffer(l4re_video_goos_t goos, unsigned long size,
                                  l4_cap_idx_t buffer);
int l4re_video_goos_delete_buffer(l4re_video_goos_t goos, unsigned idx);
int l4re_video_goos_get_static_buffer(l4re_video_goos_t goos, unsigned idx,
                                      l4_cap_idx_t buffer);
int l4re_video_goos_create_view(l4re_video_goos_t goos,
                                l4re_video_view_t *view);
int l4re_video_goos_delete_view(l4re_video_goos_t goos,
                                l4re_video_view_t *view);
int l4re_video_goos_get_view(l4re_video_goos_t goos, unsigned idx,
                             l4re_video_view_t *view);

L4_END_DECLS

#endif
