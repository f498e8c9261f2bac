/*
 * Soft TLB: one context of entries per recently used table root.
 *
 *   root -> context i -> entry[page % HW_TLB_ENTRIES]  (user_abi.h)
 *
 * A context belongs to one root from its first use until it is released or,
 * least recently used, gives way to another. Context 0 is "no tables": its
 * root is 0 and its entries permit nothing, ever.
 */
#ifndef HW_MMU_TLB_H
#define HW_MMU_TLB_H

#include "user_abi.h"
#include <stdbool.h>

enum { HW_TLB_CONTEXTS = 128 };
#define HW_TLB_NO_PAGE (~0ull)

struct hw_tlb_context {
    uint64_t root;  /* 0: free */
    uint64_t stamp; /* of the last use */
    bool conflicts; /* mmu.h, I2 */
};

struct hw_tlb {
    uint32_t used; /* contexts ever used: [0, used) */
    uint64_t ticks;
    struct hw_tlb_context context[HW_TLB_CONTEXTS];
    struct hw_tlb_entry (*entry)[HW_TLB_ENTRIES]; /* of each context */
};

/* 0 or -ENOMEM. */
int hw_tlb_init(struct hw_tlb *t);
void hw_tlb_destroy(struct hw_tlb *t);
/* Context of a root, 0: none. */
uint32_t hw_tlb_find(const struct hw_tlb *t, uint64_t root);
/* A context to give to a new root: free, or the least recently used but
 * `keep`. The caller releases and then takes it. */
uint32_t hw_tlb_victim(struct hw_tlb *t, uint32_t keep);
void hw_tlb_take(struct hw_tlb *t, uint32_t context, uint64_t root);
void hw_tlb_release(struct hw_tlb *t, uint32_t context);
void hw_tlb_touch(struct hw_tlb *t, uint32_t context);

void hw_tlb_clear(struct hw_tlb *t, uint32_t context);
void hw_tlb_drop(struct hw_tlb *t, uint32_t context, uint64_t page);
void hw_tlb_drop_everywhere(struct hw_tlb *t, uint64_t page);
/* Enters what HW_PTE_* flags permit. */
void hw_tlb_fill(struct hw_tlb *t, uint32_t context, uint64_t page,
                 uint64_t flags);

#endif
