/*
 * What clients and moe say to each other: operations and their words.
 *
 * A request is a call with the interface's protocol number as label; MR0 is
 * the operation, MR1.. its arguments, then typed items. The answer's label
 * is the result (negative: an L4 error), its words begin at MR0, its items
 * follow. Text is {length in bytes, bytes packed into words}.
 *
 * The right letters say what the client's capability must carry.
 *
 * Creating is the kernel's factory protocol (<l4/sys/factory.h>): a request
 * to a mem_alloc capability looks like one to a kernel factory.
 *
 *      protocol              arguments after it           makes
 *      L4RE_PROTO_DATASPACE  size, flags, align           memory
 *      L4RE_PROTO_RM         --                           region map
 *      L4RE_PROTO_NAMESPACE  --                           name space
 *      L4RE_PROTO_DMA_SPACE  --                           DMA space
 *      L4_PROTO_LOG          tag, color (both optional)   log
 *      L4_PROTO_FACTORY      limits (0: none): bytes,     allocator
 *                            kernel bytes, objects
 *      any other             as the kernel's              kernel object
 */
#ifndef L4RE_C_PROTOCOL_H
#define L4RE_C_PROTOCOL_H

#include <l4/sys/types.h>

/* L4RE_PROTO_DATASPACE */
enum dataspace_op {
    /* offset, local address, flags, first and last address of the window;
     * BR: memory window -> order; item: pages. W with L4RE_DS_F_W. */
    DATASPACE_MAP = 0,
    /* CLEAR, COPY_IN and ALLOCATE are done in pieces: result DATASPACE_PIECE ->
     * bytes that are done; ask again for the rest. */
    DATASPACE_CLEAR = 1,    /* offset, size. W */
    DATASPACE_INFO = 2,     /* -> size, flags */
    DATASPACE_COPY_IN = 3,  /* to, from, size; item: source. W */
    DATASPACE_ALLOCATE = 4, /* offset, size. W */
    DATASPACE_MAP_INFO = 5, /* -> result 0: may be mapped anywhere */
    /* Vitrine: -> address in moe's memory, if in one piece. */
    DATASPACE_ADDRESS = 0x100,
};

enum { DATASPACE_PIECE = 1 };

/* L4RE_PROTO_RM */
enum rm_op {
    RM_RESERVE = 0, /* start, size, flags, align -> start */
    /* address; Vitrine: or address, size: of a part -> the end of what was
     * freed. Result 1: that was not all of it, ask again from there on. */
    RM_FREE_AREA = 1,
    /* start, size, flags, offset, align, selector; item: dataspace, if any
     * -> start. The selector is what the client calls the dataspace; it
     * comes back from DETACH and FIND and means nothing to moe. Result
     * RM_ATTACHED_FOREIGN: another server answers for the dataspace;
     * RM_ATTACHED_PIECE -> start, address: L4RE_RM_F_EAGER_MAP goes on there
     * (RM_MAP). */
    RM_ATTACH = 2,
    /* address -> start, size, selector, 1: another region of that dataspace is
     * left. Result L4RE_RM_DETACHED_* bits. Vitrine: or address, size: what
     * lies in that range of the first region in it. */
    RM_DETACH = 3,
    /* address, size -> start, size, offset, flags, selector. Result 0:
     * area, 1: region. */
    RM_FIND = 4,
    RM_GET_INFO = 5, /* address -> backing offset (0), no name */
    RM_SHOW = 6,     /* Vitrine: 0: regions, 1: areas; from address -> the same
                      * for what is next. Result 1: there is more */
    /* Vitrine: -> first and last address of the slot, KIP address. */
    RM_LIMITS = 0x100,
    /* Vitrine: item: the task whose memory this is; lets the region map put
     * pages there (L4RE_RM_F_EAGER_MAP) and take them away. Once:
     * -L4_EBUSY; -L4_EINVAL: it is no task. Result 1 -> address: there RM_MAP
     * goes on. */
    RM_SET_TASK = 0x101,
    /* Vitrine: start, size, rights (L4RE_RM_F_RWX; 0: none at all): what lies
     * there may be used so from now on, within what it was attached with.
     * -L4_ENOENT: not all of it is attached, -L4_EPERM: more than it may.
     * -> the end of what was done. Result 1: ask again from there on. */
    RM_PROTECT = 0x102,
    /* Vitrine: from, end: pages that are to be mapped at once are, some of
     * them. Result 1 -> from: ask again from there on. */
    RM_MAP = 0x103,
};

enum { RM_ATTACHED_FOREIGN = 1, RM_ATTACHED_PIECE = 2 };

/* Places in a slot that L4RE_RM_F_SEARCH_ADDR leaves alone: programs' images
 * at its start, stack and UTCBs at its end. They are attached by address. */
#define RM_SEARCH_MARGIN 0x1000000ul

/* L4RE_PROTO_NAMESPACE */
enum names_op {
    NAMES_QUERY = 0,    /* text -> item */
    NAMES_REGISTER = 1, /* flags, text; item, or none to take it out. W */
};

/* L4RE_PROTO_DMA_SPACE */
enum dma_op {
    /* offset, size, attributes, direction; item: dataspace -> device address,
     * bytes of it in one piece */
    DMA_MAP = 0,
    DMA_UNMAP = 1,     /* device address, size, attributes, direction */
    DMA_ASSOCIATE = 2, /* attributes; item: kernel DMA space, none: physical. S
                        */
    DMA_DISASSOCIATE = 3, /* S */
    /* address, size, last address, flags, log2 of alignment -> address: a range
     * that is not to be used. S */
    DMA_BLOCK = 4,
    DMA_LIMITS = 5, /* first and last device address. S */
};

/* L4RE_PROTO_PARENT */
enum parent_op {
    PARENT_SIGNAL = 0, /* signal (0: exit), value */
};

/*
 * Vitrine: on any object of moe. The object goes away; an allocator takes
 * all it made with it. W and S together: creating needs only S, writing only
 * W, so a capability passed on for either does not give this.
 */
enum {
    MOE_PROTO_OBJECT = 0x4100,
    MOE_OBJECT_DESTROY = 0, /* result 1: a piece of it has gone, ask again */
    /* An allocator's kernel factory; S alone -> item */
    MOE_OBJECT_FACTORY = 1,
    /* What an allocator has used (struct vitrine_usage). S alone */
    MOE_OBJECT_USAGE = 2,
};

/* As a new allocator's limit of kernel memory or entries: a part of what its
 * parent has left. */
enum { MOE_SHARE = 0xffffffff };

/*
 * L4RE_PROTO_DEBUG, on any object of moe: MR0 is the function.
 */
enum debug_function {
    DEBUG_SHOW = 0, /* the object tells its state on the console */
    /* All of moe asserts its invariants: 0 or -L4_EIO. It takes long: asked of
     * the first program's allocator only, else -L4_EPERM. */
    DEBUG_CHECK = 1,
};

enum { TEXT_WORDS_MAX = 32, TEXT_MAX = TEXT_WORDS_MAX * sizeof(l4_umword_t) };

#endif
