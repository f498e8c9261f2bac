/*
 * L4Re's functions for screens, each with what it must answer on a screen of
 * one buffer and one view: the kinds that examples/screen does not call.
 */
#include "../../servers/tap.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/video/goos_fb.h>
#include <l4/re/c/video/goos.h>
#include <l4/re/c/video/view.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/err.h>

int main(void)
{
    l4_cap_idx_t screen = l4re_env_get_cap("fb");
    l4_cap_idx_t buffer = l4re_util_cap_alloc(), spare = l4re_util_cap_alloc();
    l4re_util_video_goos_fb_t fb;
    l4re_video_goos_info_t info;
    l4re_video_view_t view, other;
    l4re_video_view_info_t seen;

    code(l4re_video_goos_info(screen, &info), 0, "a_screen_tells_its_size");
    fact(info.num_static_buffers == 1 && info.num_static_views == 1,
         "it_has_a_buffer_and_a_view");
    code(l4re_video_goos_get_static_buffer(screen, 0, buffer), 0,
         "the_buffer_is_handed_out");
    fact(l4re_ds_size(buffer) >= info.width * info.height,
         "it_is_a_dataspace_with_room_for_all_pixels");
    code(l4re_video_goos_get_static_buffer(screen, 1, spare), -L4_ERANGE,
         "there_is_no_second_one");
    code(l4re_video_goos_create_buffer(screen, 4096, spare), -L4_ENOSYS,
         "and_none_can_be_made");
    code(l4re_video_goos_delete_buffer(screen, 0), -L4_ENOSYS,
         "nor_taken_away");
    code(l4re_video_goos_create_view(screen, &other), -L4_ENOSYS,
         "no_more_views");
    code(l4re_video_goos_get_view(screen, 0, &view), 0, "the_view_is_there");
    code(l4re_video_goos_get_view(screen, 1, &other), -L4_ERANGE,
         "there_is_no_second_one_either");
    code(l4re_video_goos_delete_view(screen, &view), -L4_ENOSYS, "and_stays");
    code(l4re_video_view_get_info(&view, &seen), 0, "it_tells_what_it_is");
    fact(seen.width == info.width && seen.height == info.height,
         "all_of_the_screen");
    code(l4re_video_view_set_info(&view, &seen), -L4_ENOSYS,
         "it_refuses_changes");
    code(l4re_video_view_set_viewport(&view, 0, 0, 1, 1, 0), -L4_ENOSYS,
         "and_another_place");
    code(l4re_video_view_stack(&view, &view, 0), -L4_ENOSYS,
         "and_another_order");
    code(l4re_video_view_refresh(&view, 0, 0, 1, 1), 0, "it_is_shown");
    code(l4re_video_goos_refresh(screen, 0, 0, 1, 1), 0, "so_is_the_screen");
    code(l4re_util_video_goos_fb_setup_name(&fb, "fb"), 0, "by_its_name");
    fact(l4re_util_video_goos_fb_goos(&fb) == screen, "it_is_the_same");
    fact(l4re_ds_size(l4re_util_video_goos_fb_buffer(&fb)) ==
             l4re_ds_size(buffer),
         "with_the_same_buffer");
    l4re_util_video_goos_fb_destroy(&fb);
    code(l4re_util_video_goos_fb_setup_name(&fb, "none"), -L4_ENOENT,
         "a_name_that_is_none");
    code(l4re_video_goos_info(l4re_env()->log, &info), -L4_EBADPROTO,
         "a_log_is_no_screen");
    code(l4re_video_goos_info(l4re_util_cap_alloc(), &info),
         -(L4_EIPC_LO + L4_IPC_ENOT_EXISTENT), "an_empty_slot_neither");
    return tap_end();
}
