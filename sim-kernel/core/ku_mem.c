/* Kernel-user memory: see ku_mem.h. */
#include "ku_mem.h"

#include "kassert.h"
#include "kmem.h"
#include "mem_split.h"
#include "task.h"
#include "work.h"
#include <l4/sys/err.h>

static struct ku_mem *ku_at(struct tree_node *place)
{
    return place ? container_of(place, struct ku_mem, place) : NULL;
}

static uaddr_t ku_user(const struct ku_mem *k)
{
    return k->place.key;
}

/* The area that has any of [user, last]; NULL: none. */
static struct ku_mem *ku_within(const struct task *t, uaddr_t user,
                                uaddr_t last)
{
    struct ku_mem *k = ku_at(tree_upto(t->ku_mem, last));
    return k && ku_user(k) + k->size > user ? k : NULL;
}

int ku_mem_begin(struct task *t, uaddr_t user, size_t size,
                 struct ku_mem **ret_area)
{
    struct quota *q = t->object.quota;
    if (user % PAGE_SIZE || size % PAGE_SIZE || !size || size > KU_MEM_MAX ||
        user + size > t->mem.end || user + size < user)
        return -L4_EINVAL;
    if (ku_within(t, user, user + size - 1))
        return -L4_EEXIST;
    struct ku_mem *k = kmem_alloc(q, sizeof(*k));
    char *kernel = k ? kmem_alloc_raw(q, size) : NULL;
    if (!kernel) {
        kmem_free(q, k, sizeof(*k));
        return -L4_ENOMEM;
    }
    list_init(&k->going);
    k->task = t;
    k->kernel = kernel;
    k->size = size;
    tree_insert(&t->ku_mem, &k->place, user);
    *ret_area = k;
    return 0;
}

static int ku_map_page(struct ku_mem *k)
{
    char *page = k->kernel + k->made;
    int error = mspace_map_root(&k->task->mem, ku_user(k) + k->made,
                                port_virt_to_phys(page), PAGE_ORDER,
                                RIGHT_R | RIGHT_W, MEM_NORMAL);
    k->made += error ? 0 : PAGE_SIZE;
    return error;
}

int ku_mem_go_on(struct ku_mem *k)
{
    if (!mem_split_on())
        return -L4_EAGAIN;
    while (k->made < k->size) {
        int error = 0;
        if (work_should_stop())
            return -L4_EAGAIN;
        if (k->cleared == k->made) {
            kmem_clear(k->kernel + k->cleared, PAGE_SIZE);
            k->cleared += PAGE_SIZE;
        } else {
            error = ku_map_page(k);
        }
        if (error) {
            ku_mem_give_up(k);
            return error;
        }
    }
    k->state = KU_READY;
    return 0;
}

void ku_mem_give_up(struct ku_mem *k)
{
    k->state = KU_GOING;
    list_add_last(&k->task->ku_going, &k->going);
    mapping_walk_forget();
    object_queue_chore(&k->task->object);
}

static void ku_free(struct ku_mem *k)
{
    struct quota *q = k->task->object.quota;
    list_remove(&k->going);
    tree_remove(&k->task->ku_mem, &k->place);
    kmem_free(q, k->kernel, k->size);
    kmem_free(q, k, sizeof(*k));
}

/* The last page of it goes, from the task and from everybody. */
static bool ku_unmap_page(struct ku_mem *k)
{
    unsigned used = 0;
    uaddr_t behind = 0, last = ku_user(k) + k->made - PAGE_SIZE;
    if (!mspace_unmap_on(&k->task->mem, last, PAGE_ORDER, RIGHT_RWX, true, ~0u,
                         &used, &behind))
        return false;
    k->made -= PAGE_SIZE;
    return true;
}

bool ku_mem_chore(struct task *t)
{
    while (!list_is_empty(&t->ku_going)) {
        struct ku_mem *k = container_of(t->ku_going.next, struct ku_mem, going);
        if (k->made) {
            if (!ku_unmap_page(k))
                return false;
        } else {
            ku_free(k);
        }
        if (work_should_stop())
            return false;
    }
    return true;
}

bool ku_mem_free_all(struct task *t)
{
    while (t->ku_mem) {
        ku_free(ku_at(t->ku_mem));
        work_done(2);
        if (work_should_stop())
            return false;
    }
    return true;
}

int task_add_ku_mem(struct task *t, uaddr_t user, size_t size)
{
    struct ku_mem *k;
    int error = ku_mem_begin(t, user, size, &k);
    while (!error && (error = ku_mem_go_on(k)) == -L4_EAGAIN)
        error = 0;
    return error;
}

void *task_ku_mem(struct task *t, uaddr_t user, size_t size)
{
    struct ku_mem *k = ku_at(tree_upto(t->ku_mem, user));
    if (!k || k->state != KU_READY || size > k->size ||
        user - ku_user(k) > k->size - size) /* no sum that could wrap */
        return NULL;
    return k->kernel + (user - ku_user(k));
}

bool task_has_ku_mem(const struct task *t, uaddr_t user, unsigned order)
{
    uaddr_t last = user + (order < 64 ? (1ul << order) - 1 : ~0ul);
    return ku_within(t, user, last) != NULL;
}

void ku_mem_check(struct task *t)
{
    struct tree_node *n;
    uaddr_t end = 0;
    tree_check(t->ku_mem);
    for (uint32_t i = 0; (n = tree_nth(t->ku_mem, i)); i++) {
        const struct ku_mem *k = ku_at(n);
        kassert(k->task == t && ku_user(k) >= end); /* I1 */
        end = ku_user(k) + k->size;
        kassert(k->state != KU_READY || k->made == k->size);
        kassert((k->state == KU_GOING) == !list_is_empty(&k->going));
    }
}
