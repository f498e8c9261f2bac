/*
 * View: a rectangle of a buffer shown on a screen (goos.h). All functions
 * return 0 or a negative error code. Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_VIDEO_VIEW_H
#define L4_RE_C_VIDEO_VIEW_H

#include <l4/re/c/video/colors.h>
#include <l4/sys/types.h>

typedef struct l4re_video_view_t {
    l4_cap_idx_t goos;
    unsigned idx;
} l4re_video_view_t;

enum l4re_video_view_info_flags_t {
    F_l4re_video_view_none = 0x00,
    F_l4re_video_view_set_buffer = 0x01,
    F_l4re_video_view_set_buffer_offset = 0x02,
    F_l4re_video_view_set_bytes_per_line = 0x04,
    F_l4re_video_view_set_pixel = 0x08,
    F_l4re_video_view_set_position = 0x10,
    F_l4re_video_view_dyn_allocated = 0x20,
    F_l4re_video_view_set_background = 0x40,
    F_l4re_video_view_set_flags = 0x80,
    F_l4re_video_view_above = 0x1000,
};

typedef struct l4re_video_view_info_t {
    unsigned flags; /* enum l4re_video_view_info_flags_t */
    unsigned view_index;
    unsigned long xpos, ypos, width, height; /* pixels */
    unsigned long buffer_offset;             /* bytes */
    unsigned long bytes_per_line;
    l4re_video_pixel_info_t pixel_info;
    unsigned buffer_index;
} l4re_video_view_info_t;

L4_BEGIN_DECLS

/* Shows what changed in a rectangle (pixels of the view). */
int l4re_video_view_refresh(l4re_video_view_t *view, int x, int y, int w,
                            int h);
int l4re_video_view_get_info(l4re_video_view_t *view,
                             l4re_video_view_info_t *info);
int l4re_video_view_set_info(l4re_video_view_t *view,
                             l4re_video_view_info_t *info);
/* Position and size on the screen; bofs: byte offset in the buffer. */
int l4re_video_view_set_viewport(l4re_video_view_t *view, int x, int y, int w,
                                 int h, unsigned long bofs);
/* Puts the view before (behind = 0) or behind another. */
int l4re_video_view_stack(l4re_video_view_t *view, l4re_video_view_t *pivot,
                          int behind);

L4_END_DECLS

#endif
