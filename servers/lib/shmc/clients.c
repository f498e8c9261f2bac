/*
 * Who uses an area, also when somebody ends without a word.
 *
 * Each client registers an object as "client-NUMBER" in the area's name space
 * that goes with the client's memory: an (empty) name space of its allocator.
 * (An IRQ would not do: moe's capability keeps it.) Whoever looks at the masks,
 * or waits for the lock, asks for the names, and takes out who is gone.
 *
 *      bit of the masks      0   1   2   3 ...
 *      life[bit]             4   9   0   5      numbers; 0: no name (yet)
 *
 *  I1  A number is given once in the life of an area, so that no two clients
 *      can be taken for each other.
 *  I2  A bit is free for the next client only when its life is 0.
 *  I3  life[bit] is set after the name is registered: who has a number and no
 *      name has ended.
 *
 * A client that may only read the name space has no name: it stays in the masks
 * if it ends without l4shmc_detach(), and so does one that ends between its two
 * steps.
 */
#include "internal.h"

#include <l4/re/c/namespace.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/util/util.h>
#include <stdio.h>

enum { CLIENT_NAME = 32, CLIENTS = 8 * sizeof(l4_umword_t) };

static void client_name(l4_umword_t number, char ret_name[CLIENT_NAME])
{
    snprintf(ret_name, CLIENT_NAME, "client-%lu", number);
}

/* Is there nothing behind this client's name any more? */
static int is_gone(l4_cap_idx_t names, l4_umword_t number)
{
    char name[CLIENT_NAME];
    l4_cap_idx_t life = l4re_util_cap_alloc();

    if (l4_is_invalid_cap(life))
        return 0;
    client_name(number, name);
    long error = l4re_ns_query_srv(names, name, life);
    l4re_util_cap_free_um(life);
    return error == -L4_ENOENT;
}

/* Ends the life behind a bit if it still is this one, and takes its name out.
 */
static void end_life(l4_cap_idx_t names, struct l4shmc_head *head, unsigned at,
                     l4_umword_t number)
{
    l4_umword_t expected = number, bit = 1ul << at;
    char name[CLIENT_NAME];

    if (!__atomic_compare_exchange_n(&head->life[at], &expected, 0, 0,
                                     __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return; /* somebody was faster */
    client_name(number, name);
    l4re_ns_register_obj_srv(names, name, L4_INVALID_CAP, 0);
    __atomic_and_fetch(&head->initialized, ~bit, __ATOMIC_ACQ_REL);
    __atomic_and_fetch(&head->clients, ~bit, __ATOMIC_ACQ_REL); /* keeps I2 */
}

void shmc_forget_ended(l4_cap_idx_t names, struct l4shmc_head *head)
{
    for (unsigned at = 0; at < CLIENTS; at++) {
        l4_umword_t number = __atomic_load_n(&head->life[at], __ATOMIC_ACQUIRE);
        if (number && is_gone(names, number))
            end_life(names, head, at, number);
    }
}

/* The first bit that nobody has; 0: there is none. */
static l4_umword_t take_bit(struct l4shmc_head *head)
{
    l4_umword_t old = __atomic_load_n(&head->clients, __ATOMIC_ACQUIRE), bit;

    do
        bit = ~old & (old + 1);
    while (bit &&
           !__atomic_compare_exchange_n(&head->clients, &old, old | bit, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
    return bit;
}

/* An object that is this client's and ends with it, under its name. */
static l4_cap_idx_t register_life(l4_cap_idx_t names, l4_umword_t number)
{
    char name[CLIENT_NAME];
    l4_cap_idx_t life = l4re_util_cap_alloc();

    if (l4_is_invalid_cap(life))
        return L4_INVALID_CAP;
    client_name(number, name);
    if (l4_error(l4_factory_create(l4re_env()->mem_alloc, L4RE_PROTO_NAMESPACE,
                                   life)) < 0 ||
        l4re_ns_register_obj_srv(names, name, life, L4RE_NS_REGISTER_RO) < 0) {
        l4re_util_cap_free_um(life);
        return L4_INVALID_CAP;
    }
    return life;
}

long shmc_client_begin(l4shmc_area_t *a)
{
    shmc_forget_ended(a->names, a->base);
    a->client = take_bit(a->base);
    if (!a->client)
        return -L4_ENOMEM;
    a->number = __atomic_add_fetch(&a->base->numbers, 1, __ATOMIC_ACQ_REL);
    a->life = register_life(a->names, a->number);
    if (l4_is_valid_cap(a->life)) /* keeps I3 */
        __atomic_store_n(&a->base->life[__builtin_ctzl(a->client)], a->number,
                         __ATOMIC_RELEASE);
    return 0;
}

void shmc_client_end(l4shmc_area_t *a)
{
    unsigned at = (unsigned)__builtin_ctzl(a->client);

    if (l4_is_valid_cap(a->life)) {
        end_life(a->names, a->base, at, a->number);
        l4re_util_cap_free_um(a->life);
    } else {
        __atomic_and_fetch(&a->base->initialized, ~a->client, __ATOMIC_ACQ_REL);
        __atomic_and_fetch(&a->base->clients, ~a->client, __ATOMIC_ACQ_REL);
    }
}

/* ---- The lock ---- */

/* Who has the lock without a name keeps it, also when it has ended. */
enum { LOCK_NAMELESS = -1, TRIES = 50 };

static l4_umword_t lock_value(const l4shmc_area_t *a)
{
    return l4_is_valid_cap(a->life) ? a->number : (l4_umword_t)LOCK_NAMELESS;
}

void shmc_lock(const l4shmc_area_t *a)
{
    l4_umword_t mine = lock_value(a);

    for (unsigned tries = 1;; tries++) {
        l4_umword_t holder = 0;
        if (__atomic_compare_exchange_n(&a->base->lock, &holder, mine, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
        if (tries % TRIES == 0 && holder != (l4_umword_t)LOCK_NAMELESS &&
            is_gone(a->names, holder) &&
            __atomic_compare_exchange_n(&a->base->lock, &holder, mine, 0,
                                        __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
            return;
        l4_usleep(100); /* a yield would starve whom it waits for */
    }
}

void shmc_unlock(const l4shmc_area_t *a)
{
    __atomic_store_n(&a->base->lock, 0, __ATOMIC_RELEASE);
}
