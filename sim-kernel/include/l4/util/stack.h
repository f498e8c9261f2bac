/*
 * Stacks that are made by hand, for threads that begin there. Source: ABI.md
 * section 4, "l4util".
 */
#ifndef L4_UTIL_STACK_H
#define L4_UTIL_STACK_H

#include <l4/sys/compiler.h>
#include <l4/sys/l4int.h>

/* One word more on the stack whose top *stack is. */
L4_INLINE void l4util_stack_push_mword(l4_addr_t *stack, l4_mword_t val)
{
    *stack -= sizeof val;
    *(l4_mword_t *)*stack = val;
}

/* Where the caller's stack is, about. */
L4_INLINE l4_addr_t l4util_stack_get_sp(void)
{
    return (l4_addr_t)__builtin_frame_address(0);
}

#endif
