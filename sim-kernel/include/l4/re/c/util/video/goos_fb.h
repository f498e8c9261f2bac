/*
 * A frame buffer the easy way: one view of a Goos and its memory.
 * Source: ABI.md appendix B.
 */
#ifndef L4_RE_C_UTIL_VIDEO_GOOS_FB_H
#define L4_RE_C_UTIL_VIDEO_GOOS_FB_H

#include <l4/re/c/dataspace.h>
#include <l4/re/c/video/goos.h>
#include <l4/re/c/video/view.h>

typedef struct l4re_util_video_goos_fb_t {
    l4re_video_goos_t goos;
    l4re_video_view_t view;
    l4re_ds_t buffer;
    void *address; /* attached at, NULL: not */
    int dynamic;   /* view and buffer are ours */
} l4re_util_video_goos_fb_t;

L4_BEGIN_DECLS

/* Uses the Goos the environment has under `name`. 0, or < 0. */
int l4re_util_video_goos_fb_setup_name(l4re_util_video_goos_fb_t *goosfb,
                                       char const *name);
void l4re_util_video_goos_fb_destroy(l4re_util_video_goos_fb_t *goosfb);
int l4re_util_video_goos_fb_view_info(l4re_util_video_goos_fb_t *goosfb,
                                      l4re_video_view_info_t *info);
/* Where the pixels are; NULL on error. */
void *l4re_util_video_goos_fb_attach_buffer(l4re_util_video_goos_fb_t *goosfb);
int l4re_util_video_goos_fb_refresh(l4re_util_video_goos_fb_t *goosfb, int x,
                                    int y, int w, int h);
l4re_ds_t l4re_util_video_goos_fb_buffer(l4re_util_video_goos_fb_t *goosfb);
l4_cap_idx_t l4re_util_video_goos_fb_goos(l4re_util_video_goos_fb_t *goosfb);

L4_END_DECLS

#endif
