/*
 * Dataspaces: memory with a size, in one piece or page by page.
 */
#ifndef MOE_DATASPACE_H
#define MOE_DATASPACE_H

#include "object.h"

struct dataspace {
    struct object object;
    l4_size_t size;          /* bytes; the last page may be only partly used */
    unsigned rights;         /* L4_FPAGE_RWX: the most anybody may get */
    unsigned pins;           /* DMA mappings: devices may use its frames */
    l4_addr_t base;          /* in one piece: where; 0: scattered */
    l4_uint32_t *frame;      /* scattered: see pages.c; 0: none yet */
    bool borrowed;           /* boot module, KIP: not to be freed */
    bool is_mapped_directly; /* by clients, past their region maps */
    bool has_shared;         /* pages, once: pages_may_show() */
    bool is_gone;            /* no object any more, only pinned frames */
    unsigned shrunk;         /* its first pages that have gone, at its end */
};

extern const struct object_ops dataspace_ops;

/* A part of a dataspace that is contiguous in RAM. */
struct piece_of_memory {
    l4_addr_t addr;       /* of the offset asked for */
    l4_addr_t start, end; /* the piece around it, offsets */
    bool is_shared;       /* with other dataspaces: not to be written */
};

/* Zero-filled memory of `size` bytes for `owner`, in one piece with
 * `contiguous`, else allocated page by page when touched.
 * 0, -L4_EINVAL, -L4_ENOMEM. */
long dataspace_create(struct allocator *owner, l4_size_t size, bool contiguous,
                      struct dataspace **ret_ds);
/* Memory that lies at `base` already and stays there. */
long dataspace_create_at(l4_addr_t base, l4_size_t size, unsigned rights,
                         struct dataspace **ret_ds);
/* Finds the memory behind `offset`, allocating it if need be; `to_write`: it
 * is shared with no other dataspace. 0, -L4_ERANGE, -L4_ENOMEM. */
long dataspace_memory(struct dataspace *ds, l4_addr_t offset, bool to_write,
                      struct piece_of_memory *ret_piece);
/* Gives the pages of [offset, + size) back; they read as zero again. */
void dataspace_drop(struct dataspace *ds, l4_addr_t offset, l4_size_t size);

/* Its frames stay where they are, for a device, until they are unpinned as
 * often as pinned; if the dataspace goes before, they are nobody's charge. */
void dataspace_pin(struct dataspace *ds);
void dataspace_unpin(struct dataspace *ds);

/* Bytes its allocator pays for. O(pages). */
l4_size_t dataspace_charge(const struct dataspace *ds);

static inline l4_size_t dataspace_span(const struct dataspace *ds)
{
    return l4_round_page(ds->size);
}

/* The largest flexpage order by which the page at `pa` can be mapped to
 * `va` without leaving [start, end) (addresses around va). */
unsigned map_order(l4_addr_t pa, l4_addr_t va, l4_addr_t start, l4_addr_t end);

#endif
