/* Task, and Vitrine's revoke, which is one of its operations. */
#include "expect.h"

#include <l4/sys/task.h>
#include <l4/vitrine/revoke.h>

TestSuite(task, .init = fake_kernel_start);

Test(task, map_names_the_source_task)
{
    l4_task_map(OBJ, OTHER, l4_fpage(0x8000, 12, 6), 0x4008);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 3, 1);
    EXPECT_MR(0, 0);
    EXPECT_MR(1, 0x4008);
    EXPECT_MR(2, 0x8316);
    EXPECT_OBJ(3, OTHER);
}

Test(task, unmap_has_mask_and_page)
{
    l4_task_unmap(OBJ, l4_fpage(0x8000, 12, 7), L4_FP_ALL_SPACES);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 3, 0);
    EXPECT_MR(0, 1);
    EXPECT_MR(1, 0x80000000);
    EXPECT_MR(2, 0x8317);
}

Test(task, unmap_batch_takes_61_pages)
{
    l4_fpage_t pages[62];
    for (unsigned i = 0; i < 62; i++)
        pages[i] = l4_fpage(i << 12, 12, 7);
    l4_task_unmap_batch(OBJ, pages, 61, L4_FP_OTHER_SPACES);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 63, 0);
    EXPECT_MR(1, 0);
    EXPECT_MR(62, pages[60].raw);
    l4_msgtag_t t = l4_task_unmap_batch(OBJ, pages, 62, 0);
    cr_expect_eq(l4_msgtag_label(t), -L4_EINVAL);
    cr_expect_eq(fake_calls(), 1);
}

Test(task, delete_and_release_differ_in_the_mask)
{
    l4_task_delete_obj(OBJ, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 3, 0);
    EXPECT_MR(1, 0xc0000000);
    EXPECT_MR(2, OTHER | 0x3f);
    l4_task_release_cap(OBJ, OTHER);
    EXPECT_MR(1, 0x80000000);
    EXPECT_MR(2, OTHER | 0x3f);
}

Test(task, cap_info_tells_valid_from_equal_by_the_words)
{
    l4_task_cap_valid(OBJ, OTHER);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 2, 0);
    EXPECT_MR(0, 2);
    EXPECT_MR(1, OTHER);
    l4_task_cap_equal(OBJ, OTHER, TARGET);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 3, 0);
    EXPECT_MR(2, TARGET);
}

Test(task, add_ku_mem_gives_the_page_back)
{
    l4_fpage_t page = l4_fpage(0x5000, 12, 6);
    fake_reply(l4_msgtag(0, 1, 0, 0), 0x9316, 0, 0);
    l4_task_add_ku_mem(OBJ, &page);
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 2, 0);
    EXPECT_MR(0, 3);
    EXPECT_MR(1, 0x5316);
    cr_expect_eq(page.raw, 0x9316);
}

Test(task, add_ku_mem_keeps_the_page_without_an_answer)
{
    l4_fpage_t page = l4_fpage(0x5000, 12, 6);
    fake_reply(l4_msgtag(0, 0, 0, 0), 1, 2, 3);
    l4_task_add_ku_mem(OBJ, &page);
    cr_expect_eq(page.raw, 0x5316);
    fake_fail(L4_IPC_ENOT_EXISTENT);
    l4_task_add_ku_mem(OBJ, &page);
    cr_expect_eq(page.raw, 0x5316);
}

Test(task, add_ku_mem_takes_the_page_by_value_too)
{
    l4_task_add_ku_mem(OBJ, l4_fpage(0x5000, 12, 6));
    EXPECT_MR(1, 0x5316);
    l4_task_add_ku_mem_u(OBJ, l4_fpage(0x6000, 12, 6), l4_utcb());
    EXPECT_MR(1, 0x6316);
}

Test(task, revoke_keeps_the_own_capability)
{
    l4_vitrine_revoke(OBJ, l4_obj_fpage(OTHER, 0, L4_CAP_FPAGE_RWSD));
    EXPECT_CALL(OBJ, L4_PROTO_TASK, 3, 0);
    EXPECT_MR(1, 0x20000000);
    EXPECT_MR(2, OTHER | 0x3f);
}
