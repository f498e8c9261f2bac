/*
 * How an area looks in the memory that its users share.
 *
 *   head | chunk head, data | chunk head, data | free
 *
 *  I1  Chunks form a list by offsets that grow; the last one's next is 0.
 *  I2  Everything is aligned to 64 bytes; `used` is the first free one.
 *  I3  A partner may write anything here: what is read from a head is checked
 *      before it is used as an offset or a size.
 */
#ifndef SHMC_INTERNAL_H
#define SHMC_INTERNAL_H

#include <l4/shmc/shmc.h>

#define SHMC_AREA_MAGIC  0x43484d5356495431ul
#define SHMC_AREA_BEGUN  0x43484d5356495430ul /* being filled in */
#define SHMC_CHUNK_MAGIC 0x434b484e55434b31ul

enum { SHMC_ALIGN = 64 };

enum shmc_state { SHMC_CLEAR, SHMC_WRITING, SHMC_READY, SHMC_READING };

struct l4shmc_head {
    l4_umword_t magic;
    l4_umword_t lock; /* who adds a chunk (its number); 0: nobody */
    l4_umword_t clients, initialized;
    l4_umword_t used, first;                   /* offsets; first 0: no chunk */
    l4_umword_t numbers;                       /* given to clients so far */
    l4_umword_t life[8 * sizeof(l4_umword_t)]; /* numbers; see clients.c */
} __attribute__((aligned(SHMC_ALIGN)));

struct l4shmc_chunk_head {
    l4_umword_t magic;
    char name[L4SHMC_CHUNK_NAME_STRINGLEN];
    l4_umword_t next; /* offset; 0: the last */
    l4_umword_t capacity, size;
    l4_umword_t state; /* enum shmc_state */
} __attribute__((aligned(SHMC_ALIGN)));

/* A bit, a number and a name for a new client. -L4_ENOMEM: all are taken. */
long shmc_client_begin(l4shmc_area_t *a);
void shmc_client_end(l4shmc_area_t *a);

/* Takes out of the masks whom the name space does not know any more. */
void shmc_forget_ended(l4_cap_idx_t names, struct l4shmc_head *head);

/* Whoever adds a chunk is alone; who ends meanwhile is passed by. */
void shmc_lock(const l4shmc_area_t *a);
void shmc_unlock(const l4shmc_area_t *a);

#endif
