/*
 * Recursive revocation of capabilities, which L4Re does not have.
 *
 * In L4Re a capability passed on is a copy nobody can take back; Vitrine's
 * kernel remembers the derivation of capabilities as of memory, so that an
 * unmap with one more flag takes them back from everybody down the tree:
 *
 *      A ---> B ---> C        revoke in A: B and C lose it, A keeps it
 */
#ifndef L4_VITRINE_REVOKE_H
#define L4_VITRINE_REVOKE_H

#include <l4/sys/task.h>

/* Or-ed to L4_FP_OTHER_SPACES or L4_FP_ALL_SPACES in l4_task_unmap(). */
#define L4_VITRINE_FP_RECURSIVE 0x20000000ul

/*
 * Takes the rights of `fpage` (capabilities of `task`, or memory) back from
 * everybody to whom they were passed on from there, directly or not; `task`
 * itself keeps them. Errors as l4_task_unmap(). Cost: the size of the tree.
 */
L4_INLINE l4_msgtag_t l4_vitrine_revoke_u(l4_cap_idx_t task, l4_fpage_t fpage,
                                          l4_utcb_t *u)
{
    return l4_task_unmap_u(task, fpage,
                           L4_FP_OTHER_SPACES | L4_VITRINE_FP_RECURSIVE, u);
}

L4_INLINE l4_msgtag_t l4_vitrine_revoke(l4_cap_idx_t task, l4_fpage_t fpage)
{
    return l4_vitrine_revoke_u(task, fpage, l4_utcb());
}

#endif
