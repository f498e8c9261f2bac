/*
 * Goos and views, the client's side (<l4/re/c/video/goos.h>, view.h), and a
 * frame buffer the easy way (goos_fb.h). The messages: goos.iface.
 */
#include "goos-client.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/video/goos_fb.h>
#include <l4/re/env.h>
#include <stdbool.h>

_Static_assert(sizeof(l4re_video_pixel_info_t) == GOOS_INFO_PIXEL_MAX,
               "goos.iface has its size");
_Static_assert(sizeof(l4re_video_view_info_t) <= GOOS_VIEW_INFO_INFO_MAX,
               "goos.iface has its size");

/* --- goos ---------------------------------------------------------------- */

int l4re_video_goos_info(l4re_video_goos_t goos, l4re_video_goos_info_t *ginfo)
{
    l4_umword_t flags, views, buffers;
    size_t size = sizeof ginfo->pixel_info;
    long error = goos_info(goos, &ginfo->width, &ginfo->height, &flags, &views,
                           &buffers, &ginfo->pixel_info, &size);
    if (error < 0)
        return (int)error;
    ginfo->flags = (unsigned)flags;
    ginfo->num_static_views = (unsigned)views;
    ginfo->num_static_buffers = (unsigned)buffers;
    return 0;
}

int l4re_video_goos_refresh(l4re_video_goos_t goos, int x, int y, int w, int h)
{
    return (int)goos_refresh(goos, x, y, w, h);
}

int l4re_video_goos_create_buffer(l4re_video_goos_t goos, unsigned long size,
                                  l4_cap_idx_t buffer)
{
    return (int)goos_create_buffer(goos, size, buffer);
}

int l4re_video_goos_delete_buffer(l4re_video_goos_t goos, unsigned idx)
{
    return (int)goos_delete_buffer(goos, idx);
}

int l4re_video_goos_get_static_buffer(l4re_video_goos_t goos, unsigned idx,
                                      l4_cap_idx_t buffer)
{
    return (int)goos_static_buffer(goos, idx, buffer);
}

int l4re_video_goos_create_view(l4re_video_goos_t goos, l4re_video_view_t *view)
{
    long index = goos_create_view(goos);
    if (index >= 0)
        *view = (l4re_video_view_t){goos, (unsigned)index};
    return (int)index;
}

int l4re_video_goos_delete_view(l4re_video_goos_t goos, l4re_video_view_t *view)
{
    return (int)goos_delete_view(goos, view->idx);
}

int l4re_video_goos_get_view(l4re_video_goos_t goos, unsigned idx,
                             l4re_video_view_t *view)
{
    l4re_video_view_info_t info;
    l4re_video_view_t v = {goos, idx};
    int error = l4re_video_view_get_info(&v, &info);
    if (!error)
        *view = v;
    return error;
}

/* --- views ----------------------------------------------------------------
 */

int l4re_video_view_refresh(l4re_video_view_t *view, int x, int y, int w, int h)
{
    return (int)goos_refresh_view(view->goos, view->idx, x, y, w, h);
}

int l4re_video_view_get_info(l4re_video_view_t *view,
                             l4re_video_view_info_t *info)
{
    size_t size = sizeof *info;
    long error = goos_view_info(view->goos, view->idx, info, &size);
    if (error >= 0 && size != sizeof *info)
        error = -L4_EMSGTOOSHORT;
    return error < 0 ? (int)error : 0;
}

int l4re_video_view_set_info(l4re_video_view_t *view,
                             l4re_video_view_info_t *info)
{
    return (int)goos_set_view_info(view->goos, view->idx, info, sizeof *info);
}

int l4re_video_view_set_viewport(l4re_video_view_t *view, int x, int y, int w,
                                 int h, unsigned long bofs)
{
    l4re_video_view_info_t info = {
        .flags = F_l4re_video_view_set_position |
                 F_l4re_video_view_set_buffer_offset,
        .xpos = (unsigned long)x,
        .ypos = (unsigned long)y,
        .width = (unsigned long)w,
        .height = (unsigned long)h,
        .buffer_offset = bofs,
    };
    return l4re_video_view_set_info(view, &info);
}

int l4re_video_view_stack(l4re_video_view_t *view, l4re_video_view_t *pivot,
                          int behind)
{
    return (int)goos_stack_view(view->goos, view->idx, pivot->idx,
                                (l4_umword_t)behind);
}

/* --- a frame buffer ----------------------------------------------------- */

/* A view and a buffer of our own, where the screen has no static ones. */
static int setup_dynamic(l4re_util_video_goos_fb_t *f,
                         const l4re_video_goos_info_t *g)
{
    l4re_video_view_info_t v = {
        .flags = F_l4re_video_view_set_buffer |
                 F_l4re_video_view_set_bytes_per_line |
                 F_l4re_video_view_set_position,
        .width = g->width,
        .height = g->height,
        .bytes_per_line = g->width * g->pixel_info.bytes_per_pixel,
    };
    f->dynamic = 1;
    int index = l4re_video_goos_create_buffer(
        f->goos, v.bytes_per_line * g->height, f->buffer);
    if (index < 0)
        return index;
    v.buffer_index = (unsigned)index;
    index = l4re_video_goos_create_view(f->goos, &f->view);
    return index < 0 ? index : l4re_video_view_set_info(&f->view, &v);
}

static int setup_static(l4re_util_video_goos_fb_t *f)
{
    l4re_video_view_info_t v = {0};
    int error = l4re_video_goos_get_view(f->goos, 0, &f->view);
    if (!error)
        error = l4re_video_view_get_info(&f->view, &v);
    if (!error)
        error = l4re_video_goos_get_static_buffer(f->goos, v.buffer_index,
                                                  f->buffer);
    return error;
}

int l4re_util_video_goos_fb_setup_name(l4re_util_video_goos_fb_t *goosfb,
                                       char const *name)
{
    l4re_video_goos_info_t g;
    *goosfb = (l4re_util_video_goos_fb_t){.goos = l4re_env_get_cap(name),
                                          .buffer = L4_INVALID_CAP};
    if (l4_is_invalid_cap(goosfb->goos))
        return -L4_ENOENT;
    int error = l4re_video_goos_info(goosfb->goos, &g);
    if (error)
        return error;
    goosfb->buffer = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(goosfb->buffer))
        return -L4_ENOMEM;
    bool is_static = g.num_static_views && g.num_static_buffers;
    error = is_static ? setup_static(goosfb) : setup_dynamic(goosfb, &g);
    if (error)
        l4re_util_video_goos_fb_destroy(goosfb);
    return error;
}

void l4re_util_video_goos_fb_destroy(l4re_util_video_goos_fb_t *goosfb)
{
    if (goosfb->address)
        l4re_rm_detach(goosfb->address);
    if (goosfb->dynamic)
        l4re_video_goos_delete_view(goosfb->goos, &goosfb->view);
    if (l4_is_valid_cap(goosfb->buffer))
        l4re_util_cap_free_um(goosfb->buffer);
    goosfb->address = 0;
    goosfb->buffer = L4_INVALID_CAP;
}

int l4re_util_video_goos_fb_view_info(l4re_util_video_goos_fb_t *goosfb,
                                      l4re_video_view_info_t *info)
{
    return l4re_video_view_get_info(&goosfb->view, info);
}

void *l4re_util_video_goos_fb_attach_buffer(l4re_util_video_goos_fb_t *goosfb)
{
    void *at = 0;
    long size = l4re_ds_size(goosfb->buffer);
    if (goosfb->address)
        return goosfb->address;
    if (size <= 0 || l4re_rm_attach(&at, (l4_size_t)size,
                                    L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                                    goosfb->buffer, 0, L4_PAGESHIFT) < 0)
        return 0;
    goosfb->address = at;
    return at;
}

int l4re_util_video_goos_fb_refresh(l4re_util_video_goos_fb_t *goosfb, int x,
                                    int y, int w, int h)
{
    return l4re_video_view_refresh(&goosfb->view, x, y, w, h);
}

l4re_ds_t l4re_util_video_goos_fb_buffer(l4re_util_video_goos_fb_t *goosfb)
{
    return goosfb->buffer;
}

l4_cap_idx_t l4re_util_video_goos_fb_goos(l4re_util_video_goos_fb_t *goosfb)
{
    return goosfb->goos;
}
