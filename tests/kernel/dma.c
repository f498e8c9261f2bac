/*
 * DMA space: what a device may reach. Memory is mapped and unmapped as in a
 * task; nothing else of a task is there.
 */
#include "harness.h"

enum { AT = 0x100000 };

static l4_cap_idx_t dma_new(void)
{
    l4_cap_idx_t c = cap_new();
    CHECK_EQ(
        result(l4_factory_create(L4_BASE_FACTORY_CAP, L4_PROTO_DMA_SPACE, c)),
        0);
    return c;
}

static l4_fpage_t page_of(void *page, unsigned rights)
{
    *(volatile char *)page = 1; /* this task has it */
    return l4_fpage((l4_addr_t)page, L4_PAGESHIFT, (unsigned char)rights);
}

static long map(l4_cap_idx_t dma, l4_fpage_t page)
{
    return result(l4_task_map(dma, L4_BASE_TASK_CAP, page, AT));
}

/* Takes back what lies at AT of dma; the rights that were used. */
static unsigned unmap_in(l4_cap_idx_t dma, l4_umword_t mask)
{
    l4_fpage_t at = l4_fpage(AT, L4_PAGESHIFT, L4_FPAGE_RWX);
    CHECK_EQ(result(l4_task_unmap(dma, at, mask)), 0);
    return l4_fpage_rights((l4_fpage_t){.raw = l4_utcb_mr()->mr[2]});
}

static void memory_comes_and_goes(void)
{
    l4_cap_idx_t dma = dma_new();
    l4_fpage_t page = page_of(page_new(), L4_FPAGE_RW);
    CHECK_EQ(map(dma, page), 0);
    CHECK_EQ(unmap_in(dma, L4_FP_ALL_SPACES), 0); /* no device used it */
    CHECK_EQ(map(dma, page), 0);
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, page, L4_FP_OTHER_SPACES)),
             0);
    cap_delete(dma);
}

/* A quota tells how many mappings there are. */
static void what_its_owner_takes_back_is_gone_there(void)
{
    l4_cap_idx_t dma = dma_new();
    l4_fpage_t page = page_of(page_new(), L4_FPAGE_RW);
    CHECK_EQ(map(dma, page), 0);
    l4_ipc_sleep_us(1);
    l4_umword_t with = kernel_use().free;
    CHECK_EQ(result(l4_task_unmap(L4_BASE_TASK_CAP, page, L4_FP_OTHER_SPACES)),
             0);
    CHECK(kernel_use().free > with); /* the mapping's node */
    CHECK_EQ(map(dma, page), 0);
    CHECK_EQ(kernel_use().free, with);
    cap_delete(dma);
}

static void mapping_and_its_errors(void)
{
    l4_cap_idx_t dma = dma_new();
    l4_fpage_t page = page_of(page_new(), L4_FPAGE_RW);
    CHECK_EQ(map(cap_copy(dma, L4_CAP_FPAGE_RS), page), -L4_EPERM);
    CHECK_EQ(map(cap_copy(dma, L4_CAP_FPAGE_RS),
                 l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RWS)),
             -L4_EPERM);
    CHECK_EQ(map(dma, l4_obj_fpage(L4_BASE_LOG_CAP, 0, L4_CAP_FPAGE_RWS)),
             -L4_EINVAL);
    CHECK_EQ(map(dma, l4_iofpage(0x3f8, 3)), -L4_EINVAL);
    CHECK_EQ(result(l4_task_map(dma, dma, page, AT)), -L4_EINVAL);
    CHECK_EQ(result(l4_task_map(dma, L4_BASE_LOG_CAP, page, AT)), -L4_EINVAL);
    CHECK_EQ(request_op(dma, L4_PROTO_TASK, L4_TASK_MAP_OP), -L4_EMSGTOOSHORT);
    CHECK_EQ(request_op(dma, L4_PROTO_TASK, L4_TASK_UNMAP_OP),
             -L4_EMSGTOOSHORT);
    cap_delete(dma);
}

static void the_rest_of_a_task_is_not_there(void)
{
    l4_cap_idx_t dma = dma_new();
    l4_fpage_t ku = l4_fpage(AT, L4_PAGESHIFT, L4_FPAGE_RW);
    CHECK_EQ(result(l4_task_add_ku_mem(dma, &ku)), -L4_ENOSYS);
    CHECK_EQ(result(l4_task_cap_valid(dma, L4_BASE_LOG_CAP)), -L4_ENOSYS);
    CHECK_EQ(result(l4_task_cap_equal(dma, L4_BASE_LOG_CAP, L4_BASE_LOG_CAP)),
             -L4_ENOSYS);
    CHECK_EQ(request_op(dma, L4_PROTO_TASK, 0x77), -L4_ENOSYS);
    CHECK_EQ(request_op(dma, L4_PROTO_THREAD, 0), -L4_EBADPROTO);
    CHECK_EQ(request(dma, L4_PROTO_TASK, 0, 0), -L4_EMSGTOOSHORT);
    /* taking back capabilities it cannot have is no error */
    CHECK_EQ(result(l4_task_release_cap(dma, L4_BASE_LOG_CAP)), 0);
    cap_delete(dma);
}

static void it_holds_no_threads(void)
{
    l4_cap_idx_t dma = dma_new(), thread = cap_new();
    CHECK_EQ(result(l4_factory_create_thread(L4_BASE_FACTORY_CAP, thread)), 0);
    l4_thread_control_start();
    l4_thread_control_bind((l4_utcb_t *)AT, dma);
    PROVE("thread_control", "the task holds no threads (a DMA space)",
          result(l4_thread_control_commit(thread)), -L4_EINVAL);
    cap_delete(thread);
    cap_delete(dma);
}

static void deleting_it_gives_all_back(void)
{
    void *page = page_new();
    l4_fpage_t mine = page_of(page, L4_FPAGE_RW);
    struct kernel_use before = kernel_use();
    l4_cap_idx_t dma = dma_new();
    CHECK_EQ(map(dma, mine), 0);
    CHECK_EQ(kernel_use().objects, before.objects + 1);
    cap_delete(dma);
    l4_ipc_sleep_us(1);
    CHECK_EQ(kernel_use().objects, before.objects);
    CHECK_EQ(kernel_use().free, before.free);
    CHECK_EQ(*(volatile char *)page, 1); /* its owner keeps it */
}

const struct kernel_test dma_tests[] = {
    {"dma: memory comes and goes", memory_comes_and_goes},
    {"dma: what its owner takes back is gone there",
     what_its_owner_takes_back_is_gone_there},
    {"dma: mapping and its errors", mapping_and_its_errors},
    {"dma: the rest of a task is not there", the_rest_of_a_task_is_not_there},
    {"dma: it holds no threads", it_holds_no_threads},
    {"dma: deleting it gives all back", deleting_it_gives_all_back},
    {0, 0},
};
