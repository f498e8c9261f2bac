/*
 * Address spaces of the riscv64 port: Sv39 page tables.
 *
 *   root[0..255]    user: tables of the task's own
 *   root[256..511]  kernel: all of physical memory at KERNEL_OFFSET, the same
 *                   entries in every root, not accessible to user mode
 *
 * I1  no page of the kernel is writable and executable: its image is mapped
 *     in small pages by section, all other memory not executable.
 * I2  the kernel's entries of a root never change after boot.
 *
 * Source: RISC-V Privileged Architecture, 4.3 and 4.4 (Sv39).
 */
#include "machine.h"
#include <l4/sys/err.h>
#include <string.h>

enum { LEVELS = 3, USER_ENTRIES = 256, KERNEL_ENTRIES = 256 };

enum {
    PTE_V = 1,
    PTE_R = 2,
    PTE_W = 4,
    PTE_X = 8,
    PTE_U = 16,
    PTE_G = 32,
    PTE_A = 64,
    PTE_D = 128,
    PTE_LEAF = PTE_R | PTE_W | PTE_X,
};
#define SATP_SV39 (8ull << 60)

/* --- the format, for tables.h -------------------------------------------- */

static uint64_t pte_of(paddr_t pa, uint64_t flags)
{
    return pa >> PAGE_ORDER << 10 | flags;
}

static bool pte_is_there(uint64_t entry)
{
    return entry & PTE_V;
}

static bool pte_is_table(uint64_t entry)
{
    return (entry & (PTE_V | PTE_LEAF)) == PTE_V;
}

static paddr_t pte_frame(uint64_t entry)
{
    return entry << 10 >> 20 << PAGE_ORDER;
}

static uint64_t pte_to_table(paddr_t table)
{
    return pte_of(table, PTE_V);
}

#include "tables.h"

/* Of an address space, from its satp. */
static paddr_t space_root(uint64_t satp)
{
    return satp << 20 >> 20 << PAGE_ORDER;
}

/* A page that may be written is readable: the architecture has no other. */
static uint64_t space_flags(unsigned rights)
{
    return PTE_V | PTE_U | (rights & (RIGHT_R | RIGHT_W) ? PTE_R : 0) |
           (rights & RIGHT_W ? PTE_W : 0) | (rights & RIGHT_X ? PTE_X : 0);
}

/* Harts that go by an entry stop before it changes, and read anew after. */
static void space_stop_others(const struct port_space *s, unsigned rights)
{
    if (run_cpu_count == 1)
        return;
    if (rights & RIGHT_X)
        run_stop_for_code(s);
    else
        run_stop_in(s);
}

static void space_flush(uaddr_t va)
{
    __asm__ volatile("sfence.vma %0" : : "r"(va) : "memory");
}

/* --- the kernel's half ------------------------------------------------- */

extern char kernel_start[], kernel_rodata[], kernel_data[], kernel_end[];

static uint64_t kernel_root[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_middle[ENTRIES] __attribute__((aligned(PAGE_SIZE)));
static uint64_t kernel_small[ENTRIES] __attribute__((aligned(PAGE_SIZE)));

static uint64_t kernel_flags(paddr_t pa)
{
    const char *va = port_phys_to_virt(pa);
    uint64_t flags = PTE_V | PTE_R | PTE_G | PTE_A | PTE_D;
    if (va >= kernel_start && va < kernel_rodata)
        return flags | PTE_X;
    if (va >= kernel_rodata && va < kernel_data)
        return flags;
    return flags | PTE_W;
}

uint64_t machine_kernel_space;

/* Keeps I1: gigabytes, but for the kernel's own, and there megabytes, but
 * for the two with its image. */
void space_init_kernel(void)
{
    paddr_t image = port_virt_to_phys(kernel_start);
    paddr_t super = 1ul << SUPERPAGE_ORDER, giga = 1ul << 30;
    uint64_t data = PTE_V | PTE_R | PTE_W | PTE_G | PTE_A | PTE_D;
    for (uint64_t i = 0; i < KERNEL_ENTRIES; i++)
        kernel_root[KERNEL_ENTRIES + i] = pte_of(i * giga, data);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        kernel_middle[i] = pte_of((image & -giga) + i * super, data);
        paddr_t small = (image & -super) + i * PAGE_SIZE;
        kernel_small[i] = pte_of(small, kernel_flags(small));
    }
    kernel_middle[image / super % ENTRIES] =
        pte_of(port_virt_to_phys(kernel_small), PTE_V);
    kernel_root[KERNEL_ENTRIES + image / giga] =
        pte_of(port_virt_to_phys(kernel_middle), PTE_V);
    machine_kernel_space =
        SATP_SV39 | port_virt_to_phys(kernel_root) >> PAGE_ORDER;
    space_init_cpu();
}

void space_init_cpu(void)
{
    machine_self->space = 0;
    port_space_activate(NULL);
}

/* --- tasks -------------------------------------------------------------- */

int port_space_init(struct port_space *s)
{
    uint64_t *root = core_table_alloc(s);
    if (!root)
        return -L4_ENOMEM;
    memcpy(root + KERNEL_ENTRIES, kernel_root + KERNEL_ENTRIES,
           KERNEL_ENTRIES * sizeof(*root));
    s->satp = SATP_SV39 | port_virt_to_phys(root) >> PAGE_ORDER;
    return 0;
}

bool port_space_destroy(struct port_space *s)
{
    paddr_t root = space_root(s->satp);
    bool done = tables_destroy(s, &root);
    if (done)
        s->satp = 0;
    return done;
}

int port_space_map(struct port_space *s, uaddr_t va, paddr_t pa, unsigned order,
                   unsigned rights, unsigned attributes)
{
    int level = tables_level(order);
    uint64_t *e = tables_walk(s, space_root(s->satp), va, level, true);
    (void)attributes; /* fixed by the physical address (PMA) */
    if (!e)
        return -L4_ENOMEM;
    uint64_t old = *e;
    if (old & PTE_V || rights & RIGHT_X)
        space_stop_others(s, rights);
    *e = pte_of(pa, space_flags(rights));
    if (old & PTE_V) /* a hart that knows of no entry asks again, by a fault */
        space_flush(va);
    if (level > 0 && old & PTE_V && !(old & PTE_LEAF)) {
        __asm__ volatile("sfence.vma" : : : "memory"); /* all small pages */
        core_table_free(s, port_phys_to_virt(pte_frame(old)));
    }
    if (rights & RIGHT_X)
        __asm__ volatile("fence.i" : : : "memory");
    return 0;
}

unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights)
{
    uint64_t *e =
        tables_walk(s, space_root(s->satp), va, tables_level(order), false);
    if (!e || !(*e & PTE_V))
        return 0;
    space_stop_others(s, 0);
    unsigned used = (*e & PTE_A ? RIGHT_R : 0) | (*e & PTE_D ? RIGHT_W : 0);
    *e = rights ? pte_of(pte_frame(*e), space_flags(rights)) : 0;
    space_flush(va);
    return used;
}

/* Harts that leave the accessed and dirty bits to software fault for them. And
 * an entry may have come while the hart waited for the kernel. */
bool space_touch(uaddr_t va, unsigned access)
{
    int level;
    if (va >> (tables_shift(LEVELS) - 1))
        return false;
    uint64_t *e = tables_leaf(space_root(machine_self->space), va, &level);
    uint64_t need = access & RIGHT_X ? PTE_X : access & RIGHT_W ? PTE_W : PTE_R;
    uint64_t mark = PTE_A | (access & RIGHT_W ? PTE_D : 0);
    if (!e || !(*e & PTE_U) || !(*e & need))
        return false;
    __atomic_fetch_or(e, mark, __ATOMIC_RELAXED); /* harts mark, too */
    space_flush(va);
    return true;
}
