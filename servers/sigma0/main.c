/*
 * sigma0: the pager of the first task, and the root of all memory.
 *
 * The kernel maps every byte of RAM and every device 1:1 into sigma0, which
 * hands it on by IPC and keeps a book (memory.c) of who has what. It never
 * takes anything back. Four kinds of message arrive at its gates:
 *
 *      page fault       (label -2)   the frame, 1:1, if it is free or theirs
 *      I/O page fault   (label -8)   the ports
 *      sigma0 protocol  (label -6)   RAM, I/O memory, anything, the KIP
 *      factory create   (label -15)  one more gate, for one more client
 *
 * The sender's label tells the client: moe's is 0x10, later ones count on
 * by 0x10. The main thread just waits; sigma0 has no C library, no heap.
 *
 * Source: ABI.md section 3, "Sigma0 protocol"; Liedtke, "Toward real
 * microkernels" (1996), for the idea of a root pager.
 */
#include "memory.h"
#include <l4/sigma0/sigma0.h>
#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/ipc.h>
#include <l4/sys/kip.h>
#include <l4/sys/task.h>
#include <l4/sys/utcb.h>
#include <l4/sys/vcon.h>

enum {
    LABEL_STEP = 0x10,
    RIGHT_CREATE = L4_CAP_FPAGE_S, /* a label's low bits are the rights */
};

static const l4_cap_idx_t new_gate = 0x20ul << L4_CAP_SHIFT;
static client_t last_client = CLIENT_ROOT;

static void say(const char *text)
{
    unsigned n = 0;
    while (text[n])
        n++;
    l4_vcon_write(L4_BASE_LOG_CAP, text, n);
}

static void say_number(l4_umword_t n)
{
    char digits[24];
    unsigned i = sizeof digits;
    digits[--i] = 0;
    do
        digits[--i] = (char)('0' + n % 10);
    while (n /= 10);
    say(&digits[i]);
}

static l4_msgtag_t refuse(long error)
{
    return l4_msgtag(error, 0, 0, 0);
}

/* The answer that maps [addr, + 2^order) 1:1. */
static l4_msgtag_t give(l4_addr_t addr, unsigned order, unsigned rights,
                        unsigned cache)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = l4_map_control(addr, (unsigned char)cache, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_fpage(addr, order, (unsigned char)rights).raw;
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t on_page_fault(client_t client)
{
    l4_addr_t addr = l4_trunc_page(l4_utcb_mr()->mr[0]);
    int error = memory_claim(client, addr, L4_PAGESHIFT);
    if (error)
        return refuse(error);
    return give(addr, L4_PAGESHIFT, L4_FPAGE_RWX, 0);
}

/* Ports have no owner: whoever is served by sigma0 may have them all. */
static l4_msgtag_t on_io_page_fault(void)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_fpage_t ports = {.raw = m->mr[0]};
    if (l4_fpage_type(ports) != L4_FPAGE_IO)
        return refuse(-L4_EINVAL);
    m->mr[1] = l4_fpage_set_rights(ports, L4_FPAGE_RW).raw;
    m->mr[0] = l4_map_control(0, 0, L4_MAP_ITEM_MAP);
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t give_any(client_t client, unsigned order)
{
    l4_addr_t addr;
    int error = memory_claim_any(client, order, &addr);
    return error ? refuse(error) : give(addr, order, L4_FPAGE_RWX, 0);
}

static l4_msgtag_t give_ram(client_t client, l4_addr_t addr, unsigned order)
{
    int error = memory_claim(client, addr, order);
    return error ? refuse(error) : give(addr, order, L4_FPAGE_RWX, 0);
}

static l4_msgtag_t give_device(client_t client, l4_addr_t addr, unsigned order,
                               unsigned cache)
{
    int error = memory_claim_device(client, addr, order);
    return error ? refuse(error) : give(addr, order, L4_FPAGE_RW, cache);
}

static l4_msgtag_t debug_dump(void)
{
    l4_size_t free_bytes, given;
    memory_count(&free_bytes, &given);
    say("sigma0: ");
    say_number(given >> 10);
    say(" KiB of RAM given, ");
    say_number(free_bytes >> 10);
    say(" KiB free, ");
    say_number(last_client);
    say(" clients\n");
    return refuse(0);
}

static l4_msgtag_t on_request(client_t client, l4_msgtag_t tag)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_words(tag) < 2 || !SIGMA0_IS_MAGIC_REQ(m->mr[0]))
        return refuse(-L4_EINVAL);
    l4_fpage_t page = {.raw = m->mr[1]};
    unsigned order = l4_fpage_size(page);
    unsigned request = m->mr[0] & SIGMA0_REQ_ID_MASK;
    if (request == SIGMA0_REQ_ID_DEBUG_DUMP)
        return debug_dump();
    if (request == SIGMA0_REQ_ID_KIP)
        return give((l4_addr_t)l4_kip(), L4_PAGESHIFT, L4_FPAGE_RX, 0);
    if (order < L4_PAGESHIFT || order > 46)
        return refuse(-L4_EINVAL);
    l4_addr_t addr =
        l4_trunc_size(l4_fpage_memaddr(page), (unsigned char)order);
    if (addr + (1ul << order) < addr)
        return refuse(-L4_EINVAL);
    switch (request) {
    case SIGMA0_REQ_ID_FPAGE_RAM:
        return give_ram(client, addr, order);
    case SIGMA0_REQ_ID_FPAGE_ANY:
        return give_any(client, order);
    case SIGMA0_REQ_ID_FPAGE_IOMEM:
        return give_device(client, addr, order, L4_FPAGE_UNCACHEABLE << 4);
    case SIGMA0_REQ_ID_FPAGE_IOMEM_CACHED:
        return give_device(client, addr, order, L4_FPAGE_CACHEABLE << 4);
    default:
        return refuse(-L4_ENOSYS);
    }
}

/* A gate of its own for one more client. */
static l4_msgtag_t on_create(l4_umword_t rights, l4_msgtag_t tag)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (l4_msgtag_words(tag) < 1)
        return refuse(-L4_EMSGTOOSHORT);
    if ((long)m->mr[0] != L4_PROTO_SIGMA0)
        return refuse(-L4_ENODEV);
    if (!(rights & RIGHT_CREATE))
        return refuse(-L4_EPERM);
    if (last_client == CLIENT_MAX)
        return refuse(-L4_ENOMEM);
    l4_task_release_cap(L4_BASE_TASK_CAP, new_gate);
    long error = l4_error(l4_factory_create_gate(
        L4_BASE_FACTORY_CAP, new_gate, L4_BASE_THREAD_CAP,
        (last_client + 1) * LABEL_STEP));
    l4_utcb_br()->br[0] = 0; /* it held new_gate's receive item */
    if (error < 0)
        return refuse(error);
    last_client++;
    m->mr[0] = l4_map_obj_control(0, L4_MAP_ITEM_MAP);
    m->mr[1] = l4_obj_fpage(new_gate, 0, L4_CAP_FPAGE_RWS).raw;
    return l4_msgtag(0, 0, 1, 0);
}

static l4_msgtag_t answer(l4_umword_t label, l4_msgtag_t tag)
{
    client_t client = (client_t)(label / LABEL_STEP);
    switch (l4_msgtag_label(tag)) {
    case L4_PROTO_PAGE_FAULT:
        return on_page_fault(client);
    case L4_PROTO_IO_PAGE_FAULT:
        return on_io_page_fault();
    case L4_PROTO_SIGMA0:
        return on_request(client, tag);
    case L4_PROTO_FACTORY:
        return on_create(label & 3, tag);
    default:
        return refuse(-L4_EBADPROTO);
    }
}

/* What the kernel gives the first task that it does not use. */
static void release_unused(void)
{
    l4_task_release_cap(L4_BASE_TASK_CAP, L4_BASE_ICU_CAP);
    l4_task_release_cap(L4_BASE_TASK_CAP, L4_BASE_SCHEDULER_CAP);
    l4_task_release_cap(L4_BASE_TASK_CAP, L4_BASE_DEBUGGER_CAP);
}

int main(void)
{
    l4_utcb_br()->bdr = 0;
    l4_utcb_br()->br[0] = 0; /* takes no items */
    if (memory_init((l4_kernel_info_t *)l4_kip())) {
        say("sigma0: no memory in the kernel's descriptors\n");
        return 1;
    }

    release_unused();
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag)) {
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
            continue;
        }
        tag = l4_ipc_reply_and_wait(l4_utcb(), answer(label, tag), &label,
                                    L4_IPC_SEND_TIMEOUT_0);
    }
}
