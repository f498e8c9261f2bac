/*
 * Address spaces of the x86_64 port: page tables of four levels.
 *
 *   root[0..255]  user: tables of the task's own
 *   root[511]     kernel: the first 4 GiB of physical memory at KERNEL_OFFSET,
 *                 not accessible to user mode, and at WORDS_USER a page that
 *                 is: for each CPU the address of its running thread's UTCB
 *
 * Whether a page of devices is cached is left to the firmware's MTRRs as far
 * as the kernel's own mapping goes.
 *
 * I1  no page of the kernel is writable and executable: its image is mapped
 *     in small pages by section, all other memory not executable.
 * I2  the kernel's entry of a root never changes after boot.
 *
 * Source: Intel SDM volume 3, 4.5 (4-level paging), 11.12 (PAT).
 */
#include "machine.h"
#include <l4/sys/err.h>
#include <string.h>

enum { LEVELS = 4, USER_ENTRIES = 256, KERNEL_ENTRY = 511 };

#define PTE_PRESENT  1ull
#define PTE_WRITE    2ull
#define PTE_USER     4ull
#define PTE_COMBINED 8ull /* alone: write combining, by our PAT */
#define PTE_UNCACHED 24ull
#define PTE_CACHING  24ull
#define PTE_USED     32ull
#define PTE_WRITTEN  64ull
#define PTE_LARGE    128ull /* a page above the last level */
#define PTE_GLOBAL   256ull
#define PTE_NX       (1ull << 63)
#define PTE_FRAME    0x000ffffffffff000ull

#define MSR_PAT      0x277
#define PAT          0x0007040600070106ull /* entry 1: write combining */

/* --- the format, for tables.h -------------------------------------------- */

static bool pte_is_there(uint64_t entry)
{
    return entry & PTE_PRESENT;
}

static bool pte_is_table(uint64_t entry)
{
    return (entry & (PTE_PRESENT | PTE_LARGE)) == PTE_PRESENT;
}

static paddr_t pte_frame(uint64_t entry)
{
    return entry & PTE_FRAME;
}

static uint64_t pte_to_table(paddr_t table)
{
    return table | PTE_PRESENT | PTE_WRITE | PTE_USER;
}

#include "tables.h"

static uint64_t pte_page(paddr_t pa, unsigned rights, int level)
{
    return (pa & PTE_FRAME) | PTE_PRESENT | PTE_USER | (level ? PTE_LARGE : 0) |
           (rights & RIGHT_W ? PTE_WRITE : 0) | (rights & RIGHT_X ? 0 : PTE_NX);
}

static uint64_t pte_caching(unsigned attributes)
{
    return attributes == MEM_UNCACHED   ? PTE_UNCACHED
           : attributes == MEM_BUFFERED ? PTE_COMBINED
                                        : 0;
}

static void space_flush(uaddr_t va)
{
    __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory");
}

/* All that is not global, and what the CPU remembers of tables. */
void space_flush_all(void)
{
    uint64_t root;
    __asm__ volatile("mov %%cr3, %0\n\tmov %0, %%cr3"
                     : "=&r"(root)
                     :
                     : "memory");
}

/* --- the kernel's part ---------------------------------------------------- */

extern char kernel_start[], kernel_rodata[], kernel_data[], kernel_end[];

enum { GIGABYTES = 4, WORDS_ENTRY = 511 };
#define TABLE __attribute__((aligned(PAGE_SIZE)))

static uint64_t kernel_root[ENTRIES] TABLE;
static uint64_t kernel_top[ENTRIES] TABLE;
static uint64_t kernel_middle[GIGABYTES][ENTRIES] TABLE;
static uint64_t kernel_small[ENTRIES] TABLE;
static uint64_t words_middle[ENTRIES] TABLE;
static uint64_t words_small[ENTRIES] TABLE;
static uint64_t words[ENTRIES] TABLE;

uint64_t machine_kernel_space;

static uint64_t kernel_flags(paddr_t pa)
{
    const char *va = port_phys_to_virt(pa);
    uint64_t flags = PTE_PRESENT | PTE_GLOBAL;
    if (va >= kernel_start && va < kernel_rodata)
        return flags;
    if (va >= kernel_rodata && va < kernel_data)
        return flags | PTE_NX;
    return flags | PTE_WRITE | PTE_NX;
}

static uint64_t kernel_table(const void *table)
{
    return port_virt_to_phys(table) | PTE_PRESENT | PTE_WRITE;
}

/* Keeps I1: superpages, but for the one with the kernel's image. */
void space_init_kernel(void)
{
    paddr_t image = port_virt_to_phys(kernel_start);
    paddr_t super = 1ul << SUPERPAGE_ORDER;
    uint64_t data = PTE_PRESENT | PTE_WRITE | PTE_GLOBAL | PTE_NX | PTE_LARGE;
    for (uint64_t i = 0; i < GIGABYTES * ENTRIES; i++)
        kernel_middle[i / ENTRIES][i % ENTRIES] = i * super | data;
    for (uint64_t i = 0; i < ENTRIES; i++)
        kernel_small[i] =
            (image + i * PAGE_SIZE) | kernel_flags(image + i * PAGE_SIZE);
    kernel_middle[image / super / ENTRIES][image / super % ENTRIES] =
        kernel_table(kernel_small);
    for (int i = 0; i < GIGABYTES; i++)
        kernel_top[i] = kernel_table(kernel_middle[i]);
    kernel_top[WORDS_ENTRY] = kernel_table(words_middle) | PTE_USER;
    words_middle[0] = kernel_table(words_small) | PTE_USER;
    words_small[0] =
        port_virt_to_phys(words) | PTE_PRESENT | PTE_USER | PTE_GLOBAL | PTE_NX;
    kernel_root[KERNEL_ENTRY] = kernel_table(kernel_top) | PTE_USER;
    machine_kernel_space = port_virt_to_phys(kernel_root);
    space_init_cpu();
}

void space_init_cpu(void)
{
    msr_set(MSR_PAT, PAT);
    machine_self()->space = 0;
    port_space_activate(NULL);
}

uint64_t *space_utcb_word(unsigned cpu, uaddr_t *ret_user)
{
    *ret_user = WORDS_USER + cpu * sizeof(*words);
    return &words[cpu];
}

/* --- tasks -------------------------------------------------------------- */

int port_space_init(struct port_space *s)
{
    uint64_t *root = core_table_alloc(s);
    if (!root)
        return -L4_ENOMEM;
    root[KERNEL_ENTRY] = kernel_root[KERNEL_ENTRY];
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
    *e = pte_page(pa, rights, level) | pte_caching(attributes);
    if (!pte_is_there(old))
        return 0; /* what is not there is not remembered */
    run_stop_in(s);
    space_flush(va);
    if (level > 0 && pte_is_table(old)) {
        space_flush_all(); /* all small pages */
        core_table_free(s, port_phys_to_virt(pte_frame(old)));
    }
    return 0;
}

/* By one exchange: the CPU marks a page used and written at any time. */
unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights)
{
    int level = tables_level(order);
    uint64_t *e = tables_walk(s, s->root, va, level, false);
    if (!e || !pte_is_there(*e))
        return 0;
    uint64_t fresh = 0;
    if (rights)
        fresh = pte_page(pte_frame(*e), rights, level) | (*e & PTE_CACHING);
    uint64_t old = __atomic_exchange_n(e, fresh, __ATOMIC_SEQ_CST);
    run_stop_in(s);
    space_flush(va);
    return (old & PTE_USED ? RIGHT_R : 0) | (old & PTE_WRITTEN ? RIGHT_W : 0);
}

/* The entry that lets user code to `va` in the active space; NULL: none. */
static const uint64_t *space_leaf(uaddr_t va, int *ret_level)
{
    if (va >> (tables_shift(LEVELS) - 1))
        return NULL;
    return tables_leaf(machine_self()->space, va, ret_level);
}

bool space_allows(uaddr_t va, unsigned access)
{
    int level;
    const uint64_t *e = space_leaf(va, &level);
    return e && (!(access & RIGHT_W) || *e & PTE_WRITE) &&
           (!(access & RIGHT_X) || !(*e & PTE_NX));
}

/* The byte at a user address, NULL: it is not there. */
static const uint8_t *space_byte(uaddr_t va)
{
    int level;
    const uint64_t *e = space_leaf(va, &level);
    if (!e)
        return NULL;
    return port_phys_to_virt(pte_frame(*e) +
                             (va & ((1ull << tables_shift(level)) - 1)));
}

bool space_read(uaddr_t va, void *to, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        const uint8_t *byte = space_byte(va + i);
        if (!byte)
            return false;
        ((uint8_t *)to)[i] = *byte;
    }
    return true;
}
