/*
 * The environment: the capabilities a program starts with.
 *
 * The loader writes the structure into the new task and passes its address
 * (auxiliary vector entry 0xf1); the start-up code stores it in
 * l4re_global_env. Named capabilities follow in caps[], ended by an entry
 * with flags ~0.
 *
 * Source: ABI.md section 4, "Env".
 */
#ifndef L4_RE_ENV_H
#define L4_RE_ENV_H

#include <l4/re/consts.h>
#include <l4/sys/kip.h>
#include <l4/sys/types.h>

enum { L4RE_ENV_CAP_NAME_SIZE = 16 };

typedef struct l4re_env_cap_entry_t {
    l4_cap_idx_t cap;
    l4_umword_t flags;                 /* ~0: end of the list */
    char name[L4RE_ENV_CAP_NAME_SIZE]; /* no zero byte if it fills */
} l4re_env_cap_entry_t;

typedef struct l4re_env_t {
    l4_cap_idx_t parent;      /* told when the program ends; exceptions */
    l4_cap_idx_t rm;          /* region map: address space and pager */
    l4_cap_idx_t mem_alloc;   /* makes dataspaces */
    l4_cap_idx_t log;         /* vcon */
    l4_cap_idx_t main_thread; /* first thread */
    l4_cap_idx_t factory;     /* makes kernel objects */
    l4_cap_idx_t scheduler;
    l4_cap_idx_t itas;       /* in-task services; not used here */
    l4_cap_idx_t dbg_events; /* not used here */
    /* Capability slots from here on are free: an index, to be shifted by
     * L4_CAP_SHIFT. */
    l4_cap_idx_t first_free_cap;
    l4_cap_idx_t first_free_reply_cap;
    l4_fpage_t utcb_area;       /* memory for the task's UTCBs */
    l4_addr_t first_free_utcb;  /* in it: the next one */
    l4re_env_cap_entry_t *caps; /* named capabilities */
} l4re_env_t;

L4_BEGIN_DECLS
/* Set by a program's start-up code; NULL in a root task. */
extern l4re_env_t *l4re_global_env;
L4_END_DECLS

/* The calling program's environment. */
L4_INLINE l4re_env_t *l4re_env(void)
{
    return l4re_global_env;
}

L4_INLINE l4_kernel_info_t const *l4re_kip(void)
{
    return l4_kip();
}

/* The entry for the l bytes at name in e; NULL: none. O(entries). */
L4_INLINE l4re_env_cap_entry_t const *
l4re_env_get_cap_l(char const *name, unsigned l, l4re_env_t const *e)
{
    l4re_env_cap_entry_t const *c = e->caps;
    if (l > L4RE_ENV_CAP_NAME_SIZE)
        return 0;
    for (; c && c->flags != ~0ul; c++) {
        unsigned i = 0;
        while (i < l && c->name[i] == name[i] && name[i])
            i++;
        if (i == l && (l == L4RE_ENV_CAP_NAME_SIZE || !c->name[l]))
            return c;
    }
    return 0;
}

/* The capability called `name` (zero-terminated) in e, or L4_INVALID_CAP. */
L4_INLINE l4_cap_idx_t l4re_env_get_cap_e(char const *name, l4re_env_t const *e)
{
    unsigned l = 0;
    while (name[l])
        l++;
    l4re_env_cap_entry_t const *c = l4re_env_get_cap_l(name, l, e);
    return c ? c->cap : L4_INVALID_CAP;
}

L4_INLINE l4_cap_idx_t l4re_env_get_cap(char const *name)
{
    return l4re_env_get_cap_e(name, l4re_env());
}

#endif
