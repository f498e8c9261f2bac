/*
 * Constants every part of the interface shares: system-call flags,
 * capability selectors, fixed capabilities, page sizes, message items.
 *
 * A capability selector is a table index shifted by L4_CAP_SHIFT; the low
 * bits carry the system-call flags, bit 11 marks "no capability":
 *
 *      63 ........ 12 | 11      | 10    | 9..4 | 3     2    1    0
 *      index          | invalid | reply |  0   | REPLY WAIT RECV SEND
 *
 * Source: ABI.md section 2.
 */
#ifndef L4_SYS_CONSTS_H
#define L4_SYS_CONSTS_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

typedef unsigned long l4_cap_idx_t; /* capability selector */

/* What a system call does, in the low bits of the destination. */
enum l4_syscall_flags_t {
    L4_SYSF_NONE = 0x00,      /* counts as a call */
    L4_SYSF_SEND = 0x01,      /* send phase to the destination */
    L4_SYSF_RECV = 0x02,      /* receive phase */
    L4_SYSF_OPEN_WAIT = 0x04, /* receive from anybody */
    L4_SYSF_REPLY = 0x08,     /* send to the waiting caller */
    L4_SYSF_CALL = L4_SYSF_SEND | L4_SYSF_RECV,
    L4_SYSF_WAIT = L4_SYSF_OPEN_WAIT | L4_SYSF_RECV,
    L4_SYSF_SEND_AND_WAIT = L4_SYSF_OPEN_WAIT | L4_SYSF_CALL,
    L4_SYSF_REPLY_AND_WAIT = L4_SYSF_WAIT | L4_SYSF_SEND | L4_SYSF_REPLY,
    L4_SYSF_MASK = 0x0f,
};

enum l4_cap_consts_t {
    L4_CAP_SHIFT = 12,
    L4_CAP_SIZE = 1 << L4_CAP_SHIFT, /* distance of two selectors */
    L4_CAP_OFFSET = L4_CAP_SIZE,
    L4_INVALID_CAP_BIT = 1 << 11,
    L4_REPLY_CAP_BIT = 1 << 10,
};

#define L4_CAP_MASK          (~0ul << 10)
#define L4_INVALID_CAP       (~0ul << 11) /* no capability */
#define L4_INVALID_REPLY_CAP (~0ul << 10) /* the implicit reply slot */

/* Capabilities a root task starts with (its selectors). */
enum l4_default_caps_t {
    L4_BASE_TASK_CAP = 1 << L4_CAP_SHIFT,
    L4_BASE_FACTORY_CAP = 2 << L4_CAP_SHIFT,
    L4_BASE_THREAD_CAP = 3 << L4_CAP_SHIFT,
    L4_BASE_PAGER_CAP = 4 << L4_CAP_SHIFT,
    L4_BASE_LOG_CAP = 5 << L4_CAP_SHIFT,
    L4_BASE_ICU_CAP = 6 << L4_CAP_SHIFT,
    L4_BASE_SCHEDULER_CAP = 7 << L4_CAP_SHIFT,
    L4_BASE_IOMMU_CAP = 8 << L4_CAP_SHIFT,
    L4_BASE_DEBUGGER_CAP = 10 << L4_CAP_SHIFT,
    L4_BASE_ARM_SMCCC_CAP = 11 << L4_CAP_SHIFT,
    L4_BASE_CAPS_LAST_P1,
    L4_BASE_CAPS_LAST = L4_BASE_CAPS_LAST_P1 - 1,
};

#define L4_PAGESHIFT          12
#define L4_PAGESIZE           (1ul << L4_PAGESHIFT)
#define L4_PAGEMASK           (~(L4_PAGESIZE - 1))
#define L4_LOG2_PAGESIZE      L4_PAGESHIFT
#define L4_SUPERPAGESHIFT     21
#define L4_SUPERPAGESIZE      (1ul << L4_SUPERPAGESHIFT)
#define L4_SUPERPAGEMASK      (~(L4_SUPERPAGESIZE - 1))
#define L4_LOG2_SUPERPAGESIZE L4_SUPERPAGESHIFT

#define L4_INVALID_ADDR       (~0ul)
#define L4_INVALID_PTR        ((void *)L4_INVALID_ADDR)

/* Mask of l4_task_unmap(): whose mappings go. */
#define L4_FP_OTHER_SPACES 0ul          /* only what was passed on */
#define L4_FP_ALL_SPACES   0x80000000ul /* the task's own as well */
#define L4_FP_DELETE_OBJ   0xc0000000ul /* delete the object (right D) */

/* Typed items: first word of a send item, first word of a receive item. */
enum l4_msg_item_consts_t {
    L4_ITEM_MAP = 8,  /* the item carries a flexpage */
    L4_ITEM_CONT = 1, /* send: another item follows for the same buffer */

    L4_MAP_ITEM_MAP = 0,
    L4_MAP_ITEM_GRANT = 2, /* the sender loses what it sends */

    /* Receive: an extra word names the task the mapping goes to. */
    L4_RCV_ITEM_FORWARD_MAPPINGS = 1,
    /* Receive: one word; the selector in its address bits. */
    L4_RCV_ITEM_SINGLE_CAP = L4_ITEM_MAP | 2,
    /* Receive: label instead of a mapping where the receiver is bound. */
    L4_RCV_ITEM_LOCAL_ID = 4,
};

/* Receive: what came of an item, in bits 1-2 of its first word. */
enum l4_rcv_item_result_t {
    L4_RCV_ITEM_RESULT_MASK = 6,
    L4_RCV_ITEM_RESULT_MAPPED = 0,
    L4_RCV_ITEM_RESULT_NOTHING = 2,
    L4_RCV_ITEM_RESULT_LABEL = 4,  /* word 1: gate label | rights */
    L4_RCV_ITEM_RESULT_COPIED = 6, /* the flexpage words themselves */
};

/* Buffer descriptor register: first buffer register of each kind. */
enum l4_buffer_desc_consts_t {
    L4_BDR_MEM_SHIFT = 0,
    L4_BDR_IO_SHIFT = 5,
    L4_BDR_OBJ_SHIFT = 10,
    L4_BDR_OFFSET_BITS = 5,
    L4_BDR_OFFSET_MASK = 0x7fff,
    L4_UTCB_INHERIT_FPU = 1 << 24, /* receiver takes over FPU state */
};

/* Start of the page that holds `address`. */
L4_INLINE l4_addr_t l4_trunc_page(l4_addr_t address)
{
    return address & L4_PAGEMASK;
}

/* Start of the block of 2^bits bytes that holds `address`; bits 0..63. */
L4_INLINE l4_addr_t l4_trunc_size(l4_addr_t address, unsigned char bits)
{
    return address & (~0ul << bits);
}

/* First page boundary at or after `address`. */
L4_INLINE l4_addr_t l4_round_page(l4_addr_t address)
{
    return (address + L4_PAGESIZE - 1) & L4_PAGEMASK;
}

/* First multiple of 2^bits at or after `value`; bits 0..63. */
L4_INLINE l4_addr_t l4_round_size(l4_addr_t value, unsigned char bits)
{
    return (value + (1ul << bits) - 1) & (~0ul << bits);
}

/* Machine words needed for `size` bytes. */
L4_INLINE unsigned l4_bytes_to_mwords(unsigned size)
{
    return (size + sizeof(l4_umword_t) - 1) / sizeof(l4_umword_t);
}

#endif
