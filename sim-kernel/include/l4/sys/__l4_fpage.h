/*
 * Flexpages: a naturally aligned piece of memory, I/O ports or capability
 * slots, with rights, in one word; and the send items that carry them.
 *
 *      63 ....... 12 | 11 .. 6     | 5 .. 4 | 3 .. 0
 *      address/index | log2 (size) | type   | rights
 *
 * The size of memory counts bytes, of objects slots, of I/O ports ports.
 * Included by <l4/sys/types.h>. Source: ABI.md section 2, "Flexpage".
 */
#ifndef L4_SYS_L4_FPAGE_H
#define L4_SYS_L4_FPAGE_H

#include <l4/sys/compiler.h>
#include <l4/sys/consts.h>
#include <l4/sys/l4int.h>

typedef union l4_fpage_t {
    l4_umword_t fpage;
    l4_umword_t raw;
} l4_fpage_t;

/* A send item as it stands in two message registers. */
typedef struct l4_snd_fpage_t {
    l4_umword_t snd_base; /* hot spot, attributes, kind: l4_map_control() */
    l4_fpage_t fpage;
} l4_snd_fpage_t;

enum l4_fpage_consts {
    L4_FPAGE_RIGHTS_SHIFT = 0,
    L4_FPAGE_RIGHTS_BITS = 4,
    L4_FPAGE_TYPE_SHIFT = 4,
    L4_FPAGE_TYPE_BITS = 2,
    L4_FPAGE_SIZE_SHIFT = 6,
    L4_FPAGE_SIZE_BITS = 6,
    L4_FPAGE_ADDR_SHIFT = 12,
    L4_FPAGE_ADDR_BITS = L4_MWORD_BITS - L4_FPAGE_ADDR_SHIFT,

    L4_FPAGE_RIGHTS_MASK = 0xf,
    L4_FPAGE_TYPE_MASK = 0x30,
    L4_FPAGE_SIZE_MASK = 0xfc0,
};

#define L4_FPAGE_ADDR_MASK (~0ul << L4_FPAGE_ADDR_SHIFT)

enum l4_fpage_type {
    L4_FPAGE_SPECIAL = 0,
    L4_FPAGE_MEMORY = 1,
    L4_FPAGE_IO = 2,
    L4_FPAGE_OBJ = 3,
};

/* Rights of memory. */
enum L4_fpage_rights {
    L4_FPAGE_X = 1,
    L4_FPAGE_W = 2,
    L4_FPAGE_RO = 4,
    L4_FPAGE_R = L4_FPAGE_RO,
    L4_FPAGE_RX = L4_FPAGE_RO | L4_FPAGE_X,
    L4_FPAGE_RW = L4_FPAGE_RO | L4_FPAGE_W,
    L4_FPAGE_RWX = L4_FPAGE_RW | L4_FPAGE_X,
};

/* Rights of capabilities. */
enum L4_cap_fpage_rights {
    L4_CAP_FPAGE_W = 1, /* depends on the object */
    L4_CAP_FPAGE_S = 2, /* pass capabilities on with S; create, control */
    L4_CAP_FPAGE_R = 4, /* use at all */
    L4_CAP_FPAGE_RO = L4_CAP_FPAGE_R,
    L4_CAP_FPAGE_D = 8, /* delete the object */
    L4_CAP_FPAGE_RW = L4_CAP_FPAGE_R | L4_CAP_FPAGE_W,
    L4_CAP_FPAGE_RS = L4_CAP_FPAGE_R | L4_CAP_FPAGE_S,
    L4_CAP_FPAGE_RWS = L4_CAP_FPAGE_RW | L4_CAP_FPAGE_S,
    L4_CAP_FPAGE_RWSD = L4_CAP_FPAGE_RWS | L4_CAP_FPAGE_D,
    L4_CAP_FPAGE_RD = L4_CAP_FPAGE_R | L4_CAP_FPAGE_D,
    L4_CAP_FPAGE_RSD = L4_CAP_FPAGE_RS | L4_CAP_FPAGE_D,
};

/* Attributes of a send item, bits 4-7: memory. */
enum l4_fpage_cacheability_opt_t {
    L4_FPAGE_CACHE_OPT = 1, /* the option below is given */
    L4_FPAGE_UNCACHEABLE = 1,
    L4_FPAGE_CACHEABLE = 3,
    L4_FPAGE_BUFFERABLE = 5,
};

/* Attributes of a send item, bits 4-7: objects. Or-ed into the word. */
enum L4_obj_fpage_ctl {
    L4_FPAGE_C_REF_CNT = 0x00,
    L4_FPAGE_C_NO_REF_CNT = 0x10, /* weak: keeps nothing alive */
    L4_FPAGE_C_OBJ_RIGHT1 = 0x20,
    L4_FPAGE_C_OBJ_RIGHT2 = 0x40,
    L4_FPAGE_C_OBJ_RIGHT3 = 0x80,
    L4_FPAGE_C_OBJ_RIGHTS = 0xe0,
    L4_FPAGE_C_IPCGATE_SVR = L4_FPAGE_C_OBJ_RIGHT1, /* server's side */
};

enum {
    L4_WHOLE_ADDRESS_SPACE = 63,
    L4_WHOLE_IOADDRESS_SPACE = 16,
    L4_IOPORT_MAX = 1 << 16,
};

/* Internal: puts the fields together. */
L4_INLINE L4_CONST l4_fpage_t __l4_fpage_generic(l4_umword_t address,
                                                 unsigned type, unsigned order,
                                                 unsigned char rights)
{
    l4_umword_t size = (order << L4_FPAGE_SIZE_SHIFT) & L4_FPAGE_SIZE_MASK;
    return (l4_fpage_t){(address & L4_FPAGE_ADDR_MASK) | size |
                        (type << L4_FPAGE_TYPE_SHIFT) |
                        (rights & L4_FPAGE_RIGHTS_MASK)};
}

/* Memory: 2^order bytes (12..63) at address, which is rounded down to a
 * page; rights L4_FPAGE_*. */
L4_INLINE L4_CONST l4_fpage_t l4_fpage(l4_addr_t address, unsigned int order,
                                       unsigned char rights)
{
    return __l4_fpage_generic(address, L4_FPAGE_MEMORY, order, rights);
}

/* Everything of every kind, as a receive window. */
L4_INLINE L4_CONST l4_fpage_t l4_fpage_all(void)
{
    return __l4_fpage_generic(0, L4_FPAGE_SPECIAL, L4_WHOLE_ADDRESS_SPACE, 0);
}

/* Nothing. */
L4_INLINE L4_CONST l4_fpage_t l4_fpage_invalid(void)
{
    return (l4_fpage_t){0};
}

/* 2^order I/O ports (order 0..16) from port 0..65535 on. */
L4_INLINE L4_CONST l4_fpage_t l4_iofpage(unsigned long port, unsigned int order)
{
    return __l4_fpage_generic(port << L4_FPAGE_ADDR_SHIFT, L4_FPAGE_IO, order,
                              L4_FPAGE_RW);
}

/* 2^order capabilities from obj on; rights L4_CAP_FPAGE_*. */
L4_INLINE L4_CONST l4_fpage_t l4_obj_fpage(l4_cap_idx_t obj, unsigned int order,
                                           unsigned char rights)
{
    return __l4_fpage_generic(obj, L4_FPAGE_OBJ, order, rights);
}

L4_INLINE L4_CONST unsigned l4_fpage_rights(l4_fpage_t f)
{
    return f.raw & L4_FPAGE_RIGHTS_MASK;
}

L4_INLINE L4_CONST unsigned l4_fpage_type(l4_fpage_t f)
{
    return (f.raw & L4_FPAGE_TYPE_MASK) >> L4_FPAGE_TYPE_SHIFT;
}

/* log2 of the size. */
L4_INLINE L4_CONST unsigned l4_fpage_size(l4_fpage_t f)
{
    return (f.raw & L4_FPAGE_SIZE_MASK) >> L4_FPAGE_SIZE_SHIFT;
}

/* The address field: page number, port or capability index. */
L4_INLINE L4_CONST unsigned long l4_fpage_page(l4_fpage_t f)
{
    return f.raw >> L4_FPAGE_ADDR_SHIFT;
}

L4_INLINE L4_CONST l4_addr_t l4_fpage_memaddr(l4_fpage_t f)
{
    return f.raw & L4_FPAGE_ADDR_MASK;
}

L4_INLINE L4_CONST l4_cap_idx_t l4_fpage_obj(l4_fpage_t f)
{
    return f.raw & L4_FPAGE_ADDR_MASK;
}

L4_INLINE L4_CONST unsigned long l4_fpage_ioport(l4_fpage_t f)
{
    return f.raw >> L4_FPAGE_ADDR_SHIFT;
}

L4_INLINE L4_CONST l4_fpage_t l4_fpage_set_rights(l4_fpage_t src,
                                                  unsigned char new_rights)
{
    l4_umword_t rest = src.raw & ~(l4_umword_t)L4_FPAGE_RIGHTS_MASK;
    return (l4_fpage_t){rest | (new_rights & L4_FPAGE_RIGHTS_MASK)};
}

L4_INLINE L4_CONST int l4_is_fpage_writable(l4_fpage_t fp)
{
    return (l4_fpage_rights(fp) & L4_FPAGE_W) != 0;
}

L4_INLINE L4_CONST int l4_is_fpage_valid(l4_fpage_t fp)
{
    return fp.raw != 0;
}

/* Does memory flexpage `fpage` hold all of the 2^order bytes at addr? */
L4_INLINE L4_CONST int l4_fpage_contains(l4_fpage_t fpage, l4_addr_t addr,
                                         unsigned order)
{
    unsigned size = l4_fpage_size(fpage);
    if (order > size)
        return 0;
    return l4_trunc_size(l4_fpage_memaddr(fpage), size) ==
           l4_trunc_size(addr, size);
}

/*
 * The largest order >= `order` such that the aligned block around addr stays
 * within [min_addr, max_addr] (max_addr inclusive) and lies at the same
 * offset around `hotspot`: how large a page fault can be answered at once.
 */
L4_INLINE L4_CONST unsigned char
l4_fpage_max_order(unsigned char order, l4_addr_t addr, l4_addr_t min_addr,
                   l4_addr_t max_addr, l4_addr_t hotspot)
{
    while (order < L4_MWORD_BITS - 1) {
        unsigned char next = order + 1;
        l4_addr_t mask = ~(~0ul << next);
        l4_addr_t base = addr & ~mask;
        if (base < min_addr || (base | mask) > max_addr)
            break;
        if ((addr ^ hotspot) & mask & L4_PAGEMASK)
            break;
        order = next;
    }
    return order;
}

/* First word of a send item for memory: `spot` (page aligned) says where in
 * a larger window it goes, `cache` l4_fpage_cacheability_opt_t or 0, `grant`
 * L4_MAP_ITEM_GRANT or 0. */
L4_INLINE L4_CONST l4_umword_t l4_map_control(l4_umword_t spot,
                                              unsigned char cache,
                                              unsigned grant)
{
    return (spot & L4_FPAGE_ADDR_MASK) | ((cache & 0xful) << 4) | L4_ITEM_MAP |
           grant;
}

/* The same for objects; or L4_FPAGE_C_* attributes into `grant`. */
L4_INLINE L4_CONST l4_umword_t l4_map_obj_control(l4_umword_t spot,
                                                  unsigned grant)
{
    return (spot & L4_FPAGE_ADDR_MASK) | L4_ITEM_MAP | grant;
}

#endif
