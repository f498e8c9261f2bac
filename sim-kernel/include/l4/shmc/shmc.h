/*
 * Shared-memory channels: an area that several programs have attached, with
 * named chunks of data in it and named signals that say "look".
 *
 *      area "testshm"  | head | chunk "data" | chunk "answer" | free |
 *      signals         "data_ready", "answer_ready"
 *
 *      producer: l4shmc_chunk_try_to_take(), write, l4shmc_chunk_ready_sig()
 *      consumer: l4shmc_wait_chunk(), read, l4shmc_chunk_consumed()
 *
 * The area's name is that of a name space in the program's environment, which
 * all of its users have: the memory is in it as "shm", each signal as
 * "sig-NAME", each client as "client-NUMBER". Who creates needs to write there.
 * The memory may be there before: a dataspace that the system's description put
 * into the name space as "shm" says how large the area is. A chunk belongs to
 * one producer and one consumer; its state is the only lock.
 *
 *      clear -> writing (try_to_take) -> ready -> reading -> clear (consumed)
 *
 * Results are 0 or more, or an L4 error. Source: ABI.md section 4, "shmc".
 */
#ifndef L4_SHMC_SHMC_H
#define L4_SHMC_SHMC_H

#include <l4/sys/types.h>

enum { L4SHMC_NAME_SIZE = 16, L4SHMC_CHUNK_NAME_STRINGLEN = 16 };

/* What an area is made with when nobody says. */
enum { L4SHMC_DEFAULT_SIZE = 65536 };

struct l4shmc_head;
struct l4shmc_chunk_head;

/* All fields are the library's. */
typedef struct {
    struct l4shmc_head *base;
    l4_umword_t size;
    l4_cap_idx_t names; /* the name space */
    l4_cap_idx_t memory;
    l4_umword_t client; /* a bit of this one */
    l4_umword_t number; /* no other client's, ever */
    l4_cap_idx_t life;  /* what others see the end of this one by */
} l4shmc_area_t;

typedef struct {
    l4_cap_idx_t cap;
} l4shmc_signal_t;

typedef struct {
    l4shmc_area_t *area;
    struct l4shmc_chunk_head *head;
    l4shmc_signal_t *signal; /* NULL: none is connected */
} l4shmc_chunk_t;

L4_BEGIN_DECLS

/* ---- Areas ---- */

/*
 * Makes an area, in the dataspace "shm" of its name space or in new memory
 * (L4SHMC_DEFAULT_SIZE). Older programs say how large it must be at least:
 * l4shmc_create(name, size).
 * -L4_ENOENT: no such name space; -L4_EEXIST; -L4_ENOMEM (also: the dataspace
 * that is there is smaller).
 */
long l4shmc_create_sized(char const *shm_name, l4_umword_t shm_size);
#define l4shmc_create(...)                                                     \
    L4SHMC_SECOND__(__VA_ARGS__, l4shmc_create_sized(__VA_ARGS__),             \
                    l4shmc_create_sized(__VA_ARGS__, 0), 0)
#define L4SHMC_SECOND__(a, b, c, ...) c

/* Attaches one. -L4_ENOENT: there is none (yet); -L4_ENOMEM: also when it has
 * 64 clients. */
long l4shmc_attach(char const *shm_name, l4shmc_area_t *shmarea);
/* ... waiting up to timeout_ms for somebody to create it. */
long l4shmc_attach_to(char const *shm_name, l4_umword_t timeout_ms,
                      l4shmc_area_t *shmarea);
long l4shmc_detach(l4shmc_area_t *shmarea);

/* Bytes of it; bytes that chunks could still get. */
l4_ssize_t l4shmc_area_size(l4shmc_area_t const *shmarea);
l4_ssize_t l4shmc_area_size_free(l4shmc_area_t const *shmarea);
/* Bytes that an area, and a chunk, needs besides its data. */
l4_ssize_t l4shmc_area_overhead(void);
l4_ssize_t l4shmc_chunk_overhead(void);

/* Which client this is, and who (a bit each) has said that it is ready. Who
 * has ended is taken out, unless it may not write to the name space. */
long l4shmc_get_client_nr(l4shmc_area_t const *shmarea);
long l4shmc_mark_client_initialized(l4shmc_area_t *shmarea);
long l4shmc_get_initialized_clients(l4shmc_area_t *shmarea,
                                    l4_umword_t *bitmask);

/* ---- Chunks ---- */

/* -L4_EEXIST, -L4_ENOMEM: no room, -L4_ENAMETOOLONG. */
long l4shmc_add_chunk(l4shmc_area_t *shmarea, char const *chunk_name,
                      l4_umword_t chunk_capacity, l4shmc_chunk_t *chunk);
/* Waits up to timeout_ms for somebody to add it. -L4_ENOENT. */
long l4shmc_get_chunk_to(l4shmc_area_t *shmarea, char const *chunk_name,
                         l4_umword_t timeout_ms, l4shmc_chunk_t *chunk);
long l4shmc_get_chunk(l4shmc_area_t *shmarea, char const *chunk_name,
                      l4shmc_chunk_t *chunk);
/* The names there are: *offs 0 begins; 0: one more, -L4_ENOENT: no more. */
long l4shmc_iterate_chunk(l4shmc_area_t const *shmarea, char const **chunk_name,
                          long offs);

void *l4shmc_chunk_ptr(l4shmc_chunk_t const *chunk);
l4_ssize_t l4shmc_chunk_capacity(l4shmc_chunk_t const *chunk);
/* Bytes that the producer has put there. */
l4_ssize_t l4shmc_chunk_size(l4shmc_chunk_t const *chunk);

/* The producer's. try_to_take: -L4_EPERM: not clear; for overwriting: not yet
 * being read. ready: this many bytes are there (-L4_EINVAL: not taken). */
long l4shmc_chunk_try_to_take(l4shmc_chunk_t *chunk);
long l4shmc_chunk_try_to_take_for_writing(l4shmc_chunk_t *chunk);
long l4shmc_chunk_try_to_take_for_overwriting(l4shmc_chunk_t *chunk);
long l4shmc_chunk_ready(l4shmc_chunk_t *chunk, l4_umword_t size);
/* ... and triggers the connected signal. */
long l4shmc_chunk_ready_sig(l4shmc_chunk_t *chunk, l4_umword_t size);
long l4shmc_is_chunk_clear(l4shmc_chunk_t const *chunk);

/* The consumer's. */
long l4shmc_is_chunk_ready(l4shmc_chunk_t const *chunk);
long l4shmc_enable_chunk(l4shmc_chunk_t *chunk);
long l4shmc_chunk_try_to_take_for_reading(l4shmc_chunk_t *chunk);
long l4shmc_wait_chunk(l4shmc_chunk_t *chunk);
long l4shmc_wait_chunk_to(l4shmc_chunk_t *chunk, l4_timeout_t to);
/* -L4_EAGAIN: it is not ready. */
long l4shmc_wait_chunk_try(l4shmc_chunk_t *chunk);
long l4shmc_chunk_consumed(l4shmc_chunk_t *chunk);

/* ---- Signals ---- */

/* A new one. -L4_EEXIST, -L4_ENOMEM, -L4_ENAMETOOLONG. */
long l4shmc_add_signal(l4shmc_area_t *shmarea, char const *signal_name,
                       l4shmc_signal_t *signal);
/* One that exists, for who triggers it; waits up to timeout_ms for it. */
long l4shmc_get_signal_to(l4shmc_area_t *shmarea, char const *signal_name,
                          l4_umword_t timeout_ms, l4shmc_signal_t *signal);
long l4shmc_get_signal(l4shmc_area_t *shmarea, char const *signal_name,
                       l4shmc_signal_t *signal);
/* The same, and `thread` is who waits for it. */
long l4shmc_attach_signal_to(l4shmc_area_t *shmarea, char const *signal_name,
                             l4_cap_idx_t thread, l4_umword_t timeout_ms,
                             l4shmc_signal_t *signal);
long l4shmc_attach_signal(l4shmc_area_t *shmarea, char const *signal_name,
                          l4_cap_idx_t thread, l4shmc_signal_t *signal);
long l4shmc_connect_chunk_signal(l4shmc_chunk_t *chunk,
                                 l4shmc_signal_t *signal);

l4_cap_idx_t l4shmc_signal_cap(l4shmc_signal_t const *signal);
l4shmc_signal_t *l4shmc_chunk_signal(l4shmc_chunk_t const *chunk);
/* 1: it leads to a signal. */
long l4shmc_check_magic(l4shmc_chunk_t const *chunk);

long l4shmc_trigger(l4shmc_signal_t *signal);
long l4shmc_enable_signal(l4shmc_signal_t *signal);
long l4shmc_wait_signal(l4shmc_signal_t *signal);
long l4shmc_wait_signal_to(l4shmc_signal_t *signal, l4_timeout_t to);
long l4shmc_wait_signal_try(l4shmc_signal_t *signal);
/* Any signal of the calling thread: *retsignal gets its capability. */
long l4shmc_wait_any(l4shmc_signal_t **retsignal);
long l4shmc_wait_any_to(l4_timeout_t timeout, l4shmc_signal_t **retsignal);
long l4shmc_wait_any_try(l4shmc_signal_t **retsignal);

L4_END_DECLS

#endif
