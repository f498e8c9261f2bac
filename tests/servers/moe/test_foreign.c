/*
 * Dataspaces that another server answers for: a thread here, which makes each
 * page when it is asked for. Page i holds i + 1 everywhere.
 *
 *      main --touch--> helper --fault--> moe --> pager --map--> server
 *
 * And servers that refuse, die, send nothing, or never answer.
 */
#include "tap.h"
#include "touch.h"
#include "../../../servers/lib/l4re_c/protocol.h"
#include "../../../servers/lib/l4re_c/vitrine_rm.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <l4/sys/vcon.h>
#include <string.h>

enum { PAGES = 16, READ_ONLY = 12, REFUSED = 13, NOTHING = 14, NEVER = 15 };

#define PAGE L4_PAGESIZE
#define SIZE ((l4_size_t)PAGES * PAGE)

static l4_cap_idx_t server_thread, gate;
static char server_stack[4096] __attribute__((aligned(16)));
static char *pages; /* the server's memory */
static volatile unsigned asked;

/* One request; the answer, or one with L4_MSGTAG_ERROR: none. */
static l4_msgtag_t server_answer(l4_msgtag_t tag)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t i = m->mr[1] / PAGE, at = m->mr[2], rights = m->mr[3];
    const l4_msgtag_t none = {.raw = L4_MSGTAG_ERROR};
    if (l4_msgtag_label(tag) != L4RE_PROTO_DATASPACE)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (m->mr[0] == DATASPACE_INFO) {
        m->mr[0] = SIZE;
        m->mr[1] = L4RE_DS_F_RW;
        return l4_msgtag(0, 2, 0, 0);
    }
    asked++;
    if (m->mr[0] != DATASPACE_MAP || i >= PAGES || i == REFUSED)
        return l4_msgtag(-L4_ERANGE, 0, 0, 0);
    if (i == READ_ONLY && rights & L4_FPAGE_W)
        return l4_msgtag(-L4_EPERM, 0, 0, 0);
    m->mr[0] = L4_PAGESHIFT;
    if (i == NOTHING || i == NEVER)
        return i == NEVER ? none : l4_msgtag(0, 1, 0, 0);
    char *page = pages + i * PAGE;
    for (unsigned k = PAGE; !page[0] && k > 0; k--)
        page[k - 1] = (char)(i + 1);
    m->mr[1] = l4_map_control(at, 0, L4_MAP_ITEM_MAP);
    m->mr[2] =
        l4_fpage((l4_addr_t)page, L4_PAGESHIFT, (unsigned char)(rights & 7))
            .raw;
    return l4_msgtag(0, 1, 1, 0);
}

static void server_run(void)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        tag = server_answer(tag);
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(l4_utcb(), tag, &label, L4_IPC_NEVER);
    }
}

static void server_start(void)
{
    const l4re_env_t *env = l4re_env();
    l4_sched_param_t sp = l4_sched_param(2, 0);
    l4re_ds_t ds = l4re_util_cap_alloc();
    server_thread = l4re_util_cap_alloc();
    gate = l4re_util_cap_alloc();
    l4re_ma_alloc(SIZE, ds, 0);
    l4re_rm_attach((void **)&pages, SIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                   ds, 0, 0);
    l4_factory_create_thread(env->factory, server_thread);
    l4_thread_control_start();
    l4_thread_control_pager(env->rm);
    l4_thread_control_exc_handler(env->parent);
    l4_thread_control_bind((l4_utcb_t *)(env->first_free_utcb + L4_UTCB_OFFSET),
                           L4_BASE_TASK_CAP);
    l4_thread_control_commit(server_thread);
    l4_scheduler_run_thread(env->scheduler, server_thread, &sp);
    l4_thread_ex_regs(server_thread, (l4_addr_t)server_run,
                      l4_align_stack_for_direct_fncall(
                          (unsigned long)(server_stack + sizeof server_stack)),
                      0);
    l4_factory_create_gate(env->factory, gate, server_thread, 0x100);
}

static char *shown(l4re_rm_flags_t rights)
{
    void *p = NULL;
    code(l4re_rm_attach(&p, SIZE, L4RE_RM_F_SEARCH_ADDR | rights, gate, 0, 0),
         0, "another_servers_dataspace_is_attached");
    return p;
}

static void made_on_demand(void)
{
    char *p = shown(L4RE_RM_F_RW);
    fact(asked == 0, "no_page_is_asked_for_before");
    fact(touch(p + 3 * PAGE, false, 0) == 4 && asked == 1,
         "a_page_is_made_when_it_is_read");
    fact(touch(p + 3 * PAGE + 9, false, 0) == 4 && asked == 1, "once");
    fact(can_write(p + 3 * PAGE) && asked == 2 && pages[3 * PAGE] == 1,
         "and_asked_for_again_to_be_written");
    fact(p[5 * PAGE] == 6 && p[0] == 1, "several_are");
    l4_task_unmap(
        L4_BASE_TASK_CAP,
        l4_fpage((l4_addr_t)pages + 5 * PAGE, L4_PAGESHIFT, L4_FPAGE_RWX),
        L4_FP_OTHER_SPACES);
    asked = 0;
    fact(touch(p + 5 * PAGE, false, 0) == 6, "what_was_taken_back_comes_again");
    code(vitrine_rm_detach_part(l4re_env()->rm, (l4_addr_t)p, 2 * PAGE, NULL),
         L4RE_RM_KEPT_DS, "a_part_is_detached");
    fact(!can_read(p) && touch(p + 2 * PAGE, false, 0) == 3, "the_rest_stays");
    l4re_rm_detach(p + 2 * PAGE);
    fact(!can_read(p + 3 * PAGE), "detached_nothing_is_there");
}

static void refused(void)
{
    void *p = NULL;
    char *r = shown(L4RE_RM_F_RW), *n = shown(L4RE_RM_F_R);
    fact(can_read(r + READ_ONLY * PAGE) && !can_write(r + READ_ONLY * PAGE),
         "the_server_says_what_may_be_done");
    fact(!can_write(n), "so_does_the_region");
    fact(!can_read(r + REFUSED * PAGE), "what_it_refuses_is_a_fault");
    fact(!can_read(r + NOTHING * PAGE), "and_an_answer_without_a_page");
    fact(can_read(r + PAGE), "then_it_goes_on");
    code(l4re_rm_attach(&p, SIZE + PAGE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R,
                        gate, 0, 0),
         -L4_ERANGE, "more_than_there_is_is_refused");
    l4re_rm_detach(r);
    l4re_rm_detach(n);
}

/* Meanwhile everybody else goes on: moe answers main. */
static void never(void)
{
    char *p = shown(L4RE_RM_F_R);
    l4re_ds_t ds = l4re_util_cap_alloc();
    l4_utcb_mr()->mr[0] = (l4_umword_t)p + NEVER * PAGE;
    l4_utcb_mr()->mr[1] = 0;
    l4_ipc_send(touch_thread, l4_utcb(), l4_msgtag(0, 3, 0, 0), L4_IPC_NEVER);
    l4_ipc_sleep_ms(1);
    code(l4re_ma_alloc(PAGE, ds, 0), 0, "while_a_server_is_silent_moe_is_not");
    vitrine_destroy(ds);
    l4_kernel_clock_t start = l4_kip_clock(l4re_kip());
    l4_msgtag_t tag = l4_ipc_receive(touch_thread, l4_utcb(), L4_IPC_NEVER);
    fact(l4_msgtag_is_exception(tag), "who_waited_has_a_fault_in_the_end");
    l4_kernel_clock_t took = l4_kip_clock(l4re_kip()) - start;
    fact(took > 9000000 && took < 11000000, "after_ten_seconds");
    touch_begin();
    fact(can_read(p), "the_next_page_comes_as_ever");
    l4re_rm_detach(p);
}

static void dead(void)
{
    char *p = shown(L4RE_RM_F_R);
    fact(can_read(p), "while_its_server_lives_a_page_is_there");
    l4_task_delete_obj(L4_BASE_TASK_CAP, gate);
    fact(!can_read(p + PAGE), "when_it_has_gone_a_new_one_is_a_fault");
    fact(can_read(p), "what_was_there_stays");
    l4re_rm_detach(p);
}

/* Who calls where a message is enough takes nobody's reply slot. */
static void called_log(void)
{
    char *p = shown(L4RE_RM_F_R);
    l4_timeout_s ms = l4_timeout_from_us(1000);
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = L4_VCON_WRITE_OP;
    m->mr[1] = 0;
    l4_ipc_call(l4re_env()->log, l4_utcb(), l4_msgtag(L4_PROTO_LOG, 2, 0, 0),
                l4_timeout(ms, ms));
    fact(can_read(p), "a_call_to_the_log_is_in_nobodys_way");
    l4re_rm_detach(p);
}

/* A region map that goes while its pager asks. */
static void map_ends(void)
{
    l4_cap_idx_t rm = l4re_util_cap_alloc();
    void *p = NULL;
    l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_RM, rm);
    l4re_rm_attach_srv(rm, &p, SIZE, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_R, gate,
                       0, 0);
    l4_utcb_mr()->mr[0] = (l4_umword_t)p + NEVER * PAGE;
    l4_utcb_mr()->mr[1] = 0;
    l4_msgtag_t tag = l4_ipc_send(
        rm, l4_utcb(), l4_msgtag(L4_PROTO_PAGE_FAULT, 2, 0, 0), L4_IPC_NEVER);
    l4_ipc_sleep_ms(1);
    fact(!l4_msgtag_has_error(tag) && p, "a_map_is_asked_for_a_page");
    code(vitrine_destroy(rm), 0, "and_ends_meanwhile");
}

int main(void)
{
    struct vitrine_usage before = {0}, after = {0};
    setvbuf(stdout, NULL, _IOLBF, 0);
    touch_start();
    server_start();
    made_on_demand();
    vitrine_usage(l4re_env()->mem_alloc, &before);
    refused();
    never();
    called_log();
    map_ends();
    dead();
    l4_ipc_sleep_ms(5);
    vitrine_usage(l4re_env()->mem_alloc, &after);
    fact(before.entries == after.entries, "no_record_is_left");
    code(l4re_debug_obj_debug(l4re_env()->mem_alloc, DEBUG_CHECK), 0,
         "after_all_this_the_invariants_hold");
    return tap_end();
}
