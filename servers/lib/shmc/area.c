/*
 * Areas and the list of their chunks; see internal.h for the layout.
 */
#include "internal.h"

#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/thread.h>
#include <l4/util/util.h>
#include <string.h>

static l4_umword_t round_up(l4_umword_t n)
{
    return (n + SHMC_ALIGN - 1) & ~(l4_umword_t)(SHMC_ALIGN - 1);
}

static long attach_memory(l4re_ds_t memory, void **ret_at, l4_umword_t size)
{
    *ret_at = NULL;
    return l4re_rm_attach(ret_at, size, L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW,
                          memory, 0, L4_PAGESHIFT);
}

/* Fills in the head of memory that is nobody's area yet. */
static long format(l4re_ds_t memory, l4_umword_t size)
{
    void *at;
    long error = attach_memory(memory, &at, size);

    if (error < 0)
        return error;
    struct l4shmc_head *head = at;
    l4_umword_t nothing = 0;
    if (__atomic_compare_exchange_n(&head->magic, &nothing, SHMC_AREA_BEGUN, 0,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        head->used = round_up(sizeof *head);
        __atomic_store_n(&head->magic, SHMC_AREA_MAGIC, __ATOMIC_RELEASE);
    } else
        error = -L4_EEXIST;
    l4re_rm_detach(at);
    return error;
}

/* New memory that becomes an area and gets its name. */
static long make_memory(l4_cap_idx_t names, l4re_ds_t memory, l4_umword_t size)
{
    size = l4_round_page(size ? size : L4SHMC_DEFAULT_SIZE);
    long error = l4re_ma_alloc((long)size, memory, 0);

    if (error >= 0)
        error = format(memory, size);
    if (error >= 0)
        error =
            l4re_ns_register_obj_srv(names, "shm", memory, L4RE_NS_REGISTER_RW);
    return error;
}

/* Memory that the name space's maker put there. */
static long take_memory(l4re_ds_t memory, l4_umword_t size)
{
    l4_umword_t there = l4re_ds_size(memory);

    if (there < sizeof(struct l4shmc_head) || there < size)
        return -L4_ENOMEM;
    return format(memory, there);
}

long l4shmc_create_sized(char const *shm_name, l4_umword_t shm_size)
{
    l4_cap_idx_t names = l4re_env_get_cap(shm_name);
    l4re_ds_t memory;
    long error;

    if (l4_is_invalid_cap(names))
        return -L4_ENOENT;
    if (shm_size && shm_size < sizeof(struct l4shmc_head))
        return -L4_EINVAL;
    memory = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(memory))
        return -L4_ENOMEM;
    error = l4re_ns_query_srv(names, "shm", memory);
    if (error >= 0)
        error = take_memory(memory, shm_size);
    else if (error == -L4_ENOENT)
        error = make_memory(names, memory, shm_size);
    if (error < 0)
        l4re_util_cap_free_um(memory);
    return error < 0 ? error : 0;
}

/* Has somebody created an area in this memory? */
static long check_magic(const struct l4shmc_head *head)
{
    l4_umword_t magic = __atomic_load_n(&head->magic, __ATOMIC_ACQUIRE);

    if (!magic || magic == SHMC_AREA_BEGUN)
        return -L4_ENOENT;
    return magic == SHMC_AREA_MAGIC ? 0 : -L4_EINVAL;
}

long l4shmc_attach(char const *shm_name, l4shmc_area_t *shmarea)
{
    l4_cap_idx_t names = l4re_env_get_cap(shm_name);
    l4re_ds_t memory;
    void *at;
    long error;

    if (l4_is_invalid_cap(names))
        return -L4_ENOENT;
    memory = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(memory))
        return -L4_ENOMEM;
    error = l4re_ns_query_srv(names, "shm", memory);
    l4_umword_t size = error < 0 ? 0 : l4re_ds_size(memory);
    if (error >= 0)
        error = size < sizeof(struct l4shmc_head)
                    ? -L4_EINVAL
                    : attach_memory(memory, &at, size);
    if (error < 0) {
        l4re_util_cap_free_um(memory);
        return error;
    }
    *shmarea = (l4shmc_area_t){
        .base = at, .size = size, .names = names, .memory = memory};
    error = check_magic(shmarea->base);
    if (!error)
        error = shmc_client_begin(shmarea);
    if (error)
        l4shmc_detach(shmarea);
    return error;
}

long l4shmc_attach_to(char const *shm_name, l4_umword_t timeout_ms,
                      l4shmc_area_t *shmarea)
{
    for (l4_umword_t waited = 0;; waited++) {
        long error = l4shmc_attach(shm_name, shmarea);
        if (error != -L4_ENOENT || waited >= timeout_ms)
            return error;
        l4_sleep(1);
    }
}

long l4shmc_detach(l4shmc_area_t *shmarea)
{
    if (shmarea->client)
        shmc_client_end(shmarea);
    l4re_rm_detach(shmarea->base);
    l4re_util_cap_free_um(shmarea->memory);
    *shmarea = (l4shmc_area_t){0};
    return 0;
}

l4_ssize_t l4shmc_area_size(l4shmc_area_t const *shmarea)
{
    return (l4_ssize_t)shmarea->size;
}

l4_ssize_t l4shmc_area_size_free(l4shmc_area_t const *shmarea)
{
    l4_umword_t used = shmarea->base->used;
    l4_umword_t left = used < shmarea->size ? shmarea->size - used : 0;

    return left > sizeof(struct l4shmc_chunk_head)
               ? (l4_ssize_t)(left - sizeof(struct l4shmc_chunk_head))
               : 0;
}

l4_ssize_t l4shmc_area_overhead(void)
{
    return sizeof(struct l4shmc_head);
}

l4_ssize_t l4shmc_chunk_overhead(void)
{
    return sizeof(struct l4shmc_chunk_head);
}

long l4shmc_get_client_nr(l4shmc_area_t const *shmarea)
{
    return shmarea->client ? __builtin_ctzl(shmarea->client) : -L4_ENOENT;
}

long l4shmc_mark_client_initialized(l4shmc_area_t *shmarea)
{
    __atomic_or_fetch(&shmarea->base->initialized, shmarea->client,
                      __ATOMIC_ACQ_REL);
    return 0;
}

long l4shmc_get_initialized_clients(l4shmc_area_t *shmarea,
                                    l4_umword_t *bitmask)
{
    shmc_forget_ended(shmarea->names, shmarea->base);
    *bitmask = __atomic_load_n(&shmarea->base->initialized, __ATOMIC_ACQUIRE);
    return 0;
}

/* ---- Chunks ---- */

/* The chunk at an offset that a partner wrote; NULL: it is none (I3). */
static struct l4shmc_chunk_head *chunk_at(const l4shmc_area_t *a,
                                          l4_umword_t offset)
{
    struct l4shmc_chunk_head *c;

    if (offset < sizeof *a->base || offset % SHMC_ALIGN ||
        offset > a->size - sizeof *c)
        return NULL;
    c = (struct l4shmc_chunk_head *)((char *)a->base + offset);
    if (c->magic != SHMC_CHUNK_MAGIC ||
        c->capacity > a->size - sizeof *c - offset)
        return NULL;
    return c;
}

/* The chunk behind c (NULL: the first); NULL: there is none. */
static struct l4shmc_chunk_head *next_chunk(const l4shmc_area_t *a,
                                            const struct l4shmc_chunk_head *c)
{
    l4_umword_t here = c ? (l4_umword_t)c - (l4_umword_t)a->base : 0;
    l4_umword_t next =
        __atomic_load_n(c ? &c->next : &a->base->first, __ATOMIC_ACQUIRE);

    return next > here ? chunk_at(a, next) : NULL; /* I1: it ends */
}

static struct l4shmc_chunk_head *find_chunk(const l4shmc_area_t *a,
                                            const char *name)
{
    struct l4shmc_chunk_head *c = NULL;

    while ((c = next_chunk(a, c)))
        if (!strncmp(c->name, name, sizeof c->name))
            break;
    return c;
}

/* Puts a chunk at the end of the list and of what is used. */
static long append_chunk(l4shmc_area_t *a, const char *name, l4_umword_t size,
                         struct l4shmc_chunk_head **ret_chunk)
{
    l4_umword_t at = round_up(a->base->used), end = at + sizeof **ret_chunk;
    struct l4shmc_chunk_head *c, *last = NULL, *next;

    if (end > a->size || size > a->size - end)
        return -L4_ENOMEM;
    c = (struct l4shmc_chunk_head *)((char *)a->base + at);
    memset(c, 0, sizeof *c);
    strcpy(c->name, name);
    c->capacity = size;
    c->magic = SHMC_CHUNK_MAGIC;
    a->base->used = round_up(end + size);
    while ((next = next_chunk(a, last)))
        last = next;
    __atomic_store_n(last ? &last->next : &a->base->first, at,
                     __ATOMIC_RELEASE);
    *ret_chunk = c;
    return 0;
}

long l4shmc_add_chunk(l4shmc_area_t *shmarea, char const *chunk_name,
                      l4_umword_t chunk_capacity, l4shmc_chunk_t *chunk)
{
    struct l4shmc_chunk_head *head;
    long error = -L4_EEXIST;

    if (strlen(chunk_name) >= L4SHMC_CHUNK_NAME_STRINGLEN)
        return -L4_ENAMETOOLONG;
    shmc_lock(shmarea);
    if (!find_chunk(shmarea, chunk_name))
        error = append_chunk(shmarea, chunk_name, chunk_capacity, &head);
    shmc_unlock(shmarea);
    if (!error)
        *chunk = (l4shmc_chunk_t){shmarea, head, NULL};
    return error;
}

long l4shmc_get_chunk_to(l4shmc_area_t *shmarea, char const *chunk_name,
                         l4_umword_t timeout_ms, l4shmc_chunk_t *chunk)
{
    for (l4_umword_t waited = 0;; waited++) {
        struct l4shmc_chunk_head *head = find_chunk(shmarea, chunk_name);
        if (head) {
            *chunk = (l4shmc_chunk_t){shmarea, head, NULL};
            return 0;
        }
        if (waited >= timeout_ms)
            return -L4_ENOENT;
        l4_sleep(1);
    }
}

long l4shmc_get_chunk(l4shmc_area_t *shmarea, char const *chunk_name,
                      l4shmc_chunk_t *chunk)
{
    return l4shmc_get_chunk_to(shmarea, chunk_name, 0, chunk);
}

long l4shmc_iterate_chunk(l4shmc_area_t const *shmarea, char const **chunk_name,
                          long offs)
{
    struct l4shmc_chunk_head *c =
        next_chunk(shmarea, offs ? chunk_at(shmarea, (l4_umword_t)offs) : NULL);

    if (!c)
        return -L4_ENOENT;
    *chunk_name = c->name;
    return (long)((char *)c - (char *)shmarea->base);
}
