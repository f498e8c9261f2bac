/*
 * Address spaces of the aarch64 port: page tables of three levels, 39 bits.
 *
 *   TTBR0   user: tables of the task's own
 *   TTBR1   kernel: all of physical memory at KERNEL_OFFSET
 *
 * ARMv8.0 leaves "used" and "written" to software: a page begins without the
 * access flag, a writable one read-only; the first access faults and
 * space_touch() marks it.
 *
 * I1  no page of the kernel is writable and executable: its image is mapped
 *     in small pages by section, all other memory not executable.
 * I2  PTE_WRITTEN only where PTE_MAY_WRITE; such a page is not PTE_RO.
 *
 * Source: Arm Architecture Reference Manual for A-profile, D8.
 */
#include "machine.h"
#include <l4/sys/err.h>

enum { LEVELS = 3, USER_ENTRIES = 512 };

#define PTE_VALID     1ull
#define PTE_TABLE     2ull /* a table; at the last level: a page */
#define PTE_DEVICE    (0ull << 2)
#define PTE_NORMAL    (1ull << 2)
#define PTE_UNCACHED  (2ull << 2)
#define PTE_ATTRIBUTE (7ull << 2)
#define PTE_USER      (1ull << 6)
#define PTE_RO        (1ull << 7)
#define PTE_INNER     (3ull << 8)
#define PTE_USED      (1ull << 10)
#define PTE_OWN       (1ull << 11) /* not global */
#define PTE_PXN       (1ull << 53)
#define PTE_UXN       (1ull << 54)
#define PTE_MAY_WRITE (1ull << 55) /* software's */
#define PTE_WRITTEN   (1ull << 56) /* software's */
#define PTE_FRAME     0x0000fffffffff000ull

uint64_t machine_kernel_space;

/* --- the format, for tables.h -------------------------------------------- */

static bool pte_is_there(uint64_t entry)
{
    return entry & PTE_VALID;
}

/* Above the last level; there such a mark is a page's. */
static bool pte_is_table(uint64_t entry)
{
    return (entry & (PTE_VALID | PTE_TABLE)) == (PTE_VALID | PTE_TABLE);
}

static paddr_t pte_frame(uint64_t entry)
{
    return entry & PTE_FRAME;
}

static uint64_t pte_to_table(paddr_t table)
{
    return table | PTE_TABLE | PTE_VALID;
}

#include "tables.h"

/* Whatever may be accessed may be read: there are no other pages. */
static uint64_t space_flags(unsigned rights, int level)
{
    return PTE_VALID | (level ? 0 : PTE_TABLE) | PTE_USER | PTE_RO | PTE_INNER |
           PTE_OWN | PTE_PXN | (rights & RIGHT_X ? 0 : PTE_UXN) |
           (rights & RIGHT_W ? PTE_MAY_WRITE : 0);
}

static uint64_t space_attribute(unsigned attributes)
{
    return attributes == MEM_UNCACHED   ? PTE_DEVICE
           : attributes == MEM_BUFFERED ? PTE_UNCACHED
                                        : PTE_NORMAL;
}

static void space_flush(uaddr_t va)
{
    __asm__ volatile("dsb ishst\n\t"
                     "tlbi vaae1is, %0\n\t"
                     "dsb ish\n\t"
                     "isb"
                     :
                     : "r"(va >> PAGE_ORDER)
                     : "memory");
}

static void space_flush_all(void)
{
    __asm__ volatile("dsb ishst\n\t"
                     "tlbi vmalle1is\n\t"
                     "dsb ish\n\t"
                     "isb"
                     :
                     :
                     : "memory");
}

/* --- the kernel's half ------------------------------------------------- */

extern char kernel_start[], kernel_rodata[], kernel_data[], kernel_end[];

static uint64_t kernel_root[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_middle[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_small[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_nobody[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

static uint64_t kernel_flags(paddr_t pa)
{
    const char *va = port_phys_to_virt(pa);
    uint64_t flags = PTE_VALID | PTE_TABLE | PTE_NORMAL | PTE_INNER | PTE_USED;
    if (va >= kernel_start && va < kernel_rodata)
        return flags | PTE_RO | PTE_UXN;
    if (va >= kernel_rodata && va < kernel_data)
        return flags | PTE_RO | PTE_UXN | PTE_PXN;
    return flags | PTE_UXN | PTE_PXN;
}

/* Keeps I1. Below the kernel's gigabyte there are devices only: RAM of these
 * machines begins with the kernel's. */
void space_init_kernel(void)
{
    paddr_t image = port_virt_to_phys(kernel_start);
    paddr_t super = 1ul << SUPERPAGE_ORDER, giga = 1ul << 30;
    uint64_t never = PTE_VALID | PTE_USED | PTE_UXN | PTE_PXN;
    uint64_t data = never | PTE_NORMAL | PTE_INNER;
    for (uint64_t i = 0; i < ENTRIES; i++) {
        bool device = i < image / giga;
        kernel_root[i] = i * giga | (device ? never | PTE_DEVICE : data);
        kernel_middle[i] = ((image & -giga) + i * super) | data;
        paddr_t small = (image & -super) + i * PAGE_SIZE;
        kernel_small[i] = small | kernel_flags(small);
    }
    kernel_middle[image / super % ENTRIES] =
        port_virt_to_phys(kernel_small) | PTE_TABLE | PTE_VALID;
    kernel_root[image / giga] =
        port_virt_to_phys(kernel_middle) | PTE_TABLE | PTE_VALID;
    machine_kernel_space = port_virt_to_phys(kernel_nobody);
    space_init_cpu();
}

void space_init_cpu(void)
{
    __asm__ volatile("dsb ish\n\tmsr ttbr1_el1, %0\n\tisb"
                     :
                     : "r"(port_virt_to_phys(kernel_root))
                     : "memory");
    machine_self()->space = 0;
    port_space_activate(NULL);
    __asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" : : : "memory");
}

/* --- tasks -------------------------------------------------------------- */

int port_space_init(struct port_space *s)
{
    void *root = core_table_alloc(s);
    if (!root)
        return -L4_ENOMEM;
    s->root = port_virt_to_phys(root);
    return 0;
}

bool port_space_destroy(struct port_space *s)
{
    return tables_destroy(s, &s->root);
}

int port_space_map(struct port_space *s, uaddr_t va, paddr_t pa, unsigned order,
                   unsigned rights, unsigned attributes)
{
    int level = tables_level(order);
    uint64_t *e = tables_walk(s, s->root, va, level, true);
    if (!e)
        return -L4_ENOMEM;
    uint64_t old = *e;
    if (old & PTE_VALID) { /* break before make */
        *e = 0;
        space_flush(va);
    }
    *e = (pa & PTE_FRAME) | space_flags(rights, level) |
         space_attribute(attributes);
    __asm__ volatile("dsb ishst\n\tisb" : : : "memory");
    if (level > 0 && pte_is_table(old)) {
        space_flush_all();
        core_table_free(s, port_phys_to_virt(pte_frame(old)));
    }
    if (rights & RIGHT_X)
        __asm__ volatile("ic ialluis\n\tdsb ish\n\tisb" : : : "memory");
    return 0;
}

unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights)
{
    int level = tables_level(order);
    uint64_t *e = tables_walk(s, s->root, va, level, false);
    if (!e || !(*e & PTE_VALID))
        return 0;
    unsigned used =
        (*e & PTE_USED ? RIGHT_R : 0) | (*e & PTE_WRITTEN ? RIGHT_W : 0);
    uint64_t keep = *e & (PTE_FRAME | PTE_ATTRIBUTE);
    *e = rights ? keep | space_flags(rights, level) : 0;
    space_flush(va);
    return used;
}

/* A first access: marks the page, keeps I2. Or the entry has come while the
 * CPU waited for the kernel. False: the access is not allowed. */
bool space_touch(uaddr_t va, unsigned access)
{
    int level;
    if (va >> tables_shift(LEVELS))
        return false;
    uint64_t *e = tables_leaf(machine_self()->space, va, &level);
    bool write = access & RIGHT_W;
    if (!e || (write && !(*e & PTE_MAY_WRITE)) ||
        (access & RIGHT_X && *e & PTE_UXN))
        return false;
    uint64_t entry = *e | PTE_USED;
    if (write)
        entry = (entry & ~PTE_RO) | PTE_WRITTEN;
    if (entry != *e) {
        *e = entry;
        space_flush(va);
    }
    return true;
}
