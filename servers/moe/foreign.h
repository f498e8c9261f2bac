/*
 * Capabilities of other servers that moe keeps: a slot for each.
 */
#ifndef MOE_FOREIGN_H
#define MOE_FOREIGN_H

#include "object.h"

/* A slot for one; 0: all are taken. */
unsigned foreign_slot_take(void);
/* The capability in it goes. 0 is ignored. */
void foreign_slot_give_back(unsigned slot);

/* A dataspace that another server answers for, as a region map knows it; it
 * goes with the last of its users: regions, and a question that is asked. */
struct foreign {
    unsigned slot, uses;
    struct allocator *owner; /* pays for it, one entry */
};

/* The capability of an attach request, used once. 0, -L4_EINVAL: there is
 * none; -L4_ENOMEM. */
long foreign_create(const struct request *r, struct allocator *owner,
                    struct foreign **ret_foreign);
void foreign_use(struct foreign *f);
void foreign_unuse(struct foreign *f);

#endif
