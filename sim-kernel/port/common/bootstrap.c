/*
 * Bootstrap (see bootstrap.h): what a boot loader does before the kernel.
 *
 * sigma0 and the root task are static position-independent ELF files. Each
 * gets its segments at a physical address of our choice (they relocate
 * themselves) and a stack behind them; both run 1:1. Modules are copied page
 * aligned. docs/design/02-user-level.md has the layout.
 */
#include "bootstrap.h"
#include <elf.h>
#include <string.h>

enum {
    BOOT_STACK = 64 * 1024,
    BOOT_ARG_WORDS = 8,
    BOOT_IMAGES = 2,            /* sigma0, root task; one alone is both */
    PORTS_END = 0x10000,        /* as <l4/vitrine/mmio.h> has it */
    HEAP_SHARE = 8,             /* the kernel gets 1/8 of RAM ... */
    HEAP_MIN = 4 * 1024 * 1024, /* ... but at least this much */
};

struct layout {
    const struct bootstrap *b;
    struct boot_info *info;
    paddr_t next; /* first free byte, page aligned */
};

static uint64_t page_up(uint64_t size)
{
    return (size + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
}

static bool layout_take(struct layout *l, uint64_t size, paddr_t *ret_start)
{
    uint64_t room = l->b->ram_end - l->next;
    if (page_up(size) > room)
        return false;
    *ret_start = l->next;
    l->next += page_up(size);
    return true;
}

static void layout_region(struct layout *l, paddr_t start, paddr_t end,
                          enum boot_region_type type)
{
    if (start < end)
        l->info->region[l->info->region_count++] =
            (struct boot_region){start, end, type};
}

/* Pages of device registers: one region where they touch. */
static void device_region(struct layout *l, paddr_t start, paddr_t end)
{
    for (unsigned i = 0; i < l->info->region_count; i++) {
        struct boot_region *r = &l->info->region[i];
        if (r->type != BOOT_DEVICE || start > r->end || end < r->start)
            continue;
        r->start = start < r->start ? start : r->start;
        r->end = end > r->end ? end : r->end;
        return;
    }
    if (l->info->region_count < BOOT_MAX_REGIONS)
        layout_region(l, start, end, BOOT_DEVICE);
}

static void device_regions(struct layout *l)
{
    device_region(l, l->b->device_start, l->b->device_end);
    for (unsigned i = 0; i < l->b->device_count; i++) {
        const struct l4_vitrine_device *d = &l->b->device[i];
        if (d->base < PORTS_END)
            continue; /* I/O ports: no memory */
        device_region(l, d->base & ~(paddr_t)(PAGE_SIZE - 1),
                      page_up(d->base + d->size));
    }
}

static bool elf_is_ours(const Elf64_Ehdr *e, size_t size)
{
    return size >= sizeof(*e) && !memcmp(e->e_ident, ELFMAG, SELFMAG) &&
           e->e_ident[EI_CLASS] == ELFCLASS64 && e->e_type == ET_DYN &&
           e->e_phentsize == sizeof(Elf64_Phdr) && e->e_phoff < size &&
           e->e_phnum <= (size - e->e_phoff) / sizeof(Elf64_Phdr);
}

/* Bytes of memory the image covers from address 0; 0: a broken header. */
static uint64_t elf_extent(const Elf64_Ehdr *e, size_t size)
{
    const Elf64_Phdr *p = (const void *)((const char *)e + e->e_phoff);
    uint64_t end = 0;
    for (int i = 0; i < e->e_phnum; i++) {
        if (p[i].p_type != PT_LOAD)
            continue;
        bool bad = p[i].p_offset > size || p[i].p_filesz > p[i].p_memsz ||
                   p[i].p_filesz > size - p[i].p_offset ||
                   p[i].p_vaddr > 1ul << 32 || p[i].p_memsz > 1ul << 32;
        if (bad)
            return 0;
        if (end < p[i].p_vaddr + p[i].p_memsz)
            end = p[i].p_vaddr + p[i].p_memsz;
    }
    return end;
}

static void elf_copy(const Elf64_Ehdr *e, char *to)
{
    const Elf64_Phdr *p = (const void *)((const char *)e + e->e_phoff);
    for (int i = 0; i < e->e_phnum; i++)
        if (p[i].p_type == PT_LOAD)
            memcpy(to + p[i].p_vaddr, (const char *)e + p[i].p_offset,
                   p[i].p_filesz);
}

/* An image with its stack behind it, ready to start; NULL or why not. */
static const char *boot_image(struct layout *l,
                              const struct bootstrap_module *m,
                              struct boot_task *ret_task)
{
    const Elf64_Ehdr *e = m->data;
    if (!elf_is_ours(e, m->size))
        return "not a 64-bit position-independent ELF file";
    uint64_t extent = elf_extent(e, m->size);
    if (!extent)
        return "its program headers are broken";
    paddr_t at;
    if (!layout_take(l, page_up(extent) + BOOT_STACK, &at))
        return "does not fit into RAM";
    memset(port_phys_to_virt(at), 0, page_up(extent) + BOOT_STACK);
    elf_copy(e, port_phys_to_virt(at));
    *ret_task = (struct boot_task){
        .ip = at + e->e_entry,
        .sp = l->next - BOOT_ARG_WORDS * sizeof(word_t),
        .start = at,
        .end = l->next,
    };
    return NULL;
}

static void copy_name(char *to, const char *from, size_t room)
{
    size_t n = strlen(from);
    if (n > room - 1)
        n = room - 1;
    memset(to, 0, room);
    memcpy(to, from, n);
}

static const char *boot_modules(struct layout *l,
                                struct l4_vitrine_bootinfo *table,
                                const char **ret_module)
{
    for (unsigned i = BOOT_IMAGES; i < l->b->module_count; i++) {
        const struct bootstrap_module *m = &l->b->module[i];
        struct l4_vitrine_module *to = &table->module[table->count];
        paddr_t at;
        *ret_module = m->name;
        if (strlen(m->name) >= sizeof(to->name))
            return "its name is too long for a boot module (47 characters)";
        if (!layout_take(l, m->size ? m->size : 1, &at))
            return "does not fit into RAM";
        memcpy(port_phys_to_virt(at), m->data, m->size);
        to->start = at;
        to->end = at + m->size;
        copy_name(to->name, m->name, sizeof(to->name));
        table->count++;
    }
    *ret_module = NULL;
    return NULL;
}

/* Where in the table the devices are, behind the modules. */
static size_t table_devices(const struct bootstrap *b)
{
    return sizeof(struct l4_vitrine_bootinfo) +
           b->module_count * sizeof(struct l4_vitrine_module);
}

static struct l4_vitrine_bootinfo *boot_table(struct layout *l, paddr_t *ret_at)
{
    size_t devices = table_devices(l->b);
    size_t device_bytes = l->b->device_count * sizeof(*l->b->device);
    size_t size = devices + device_bytes;
    if (!layout_take(l, size, ret_at))
        return NULL;
    struct l4_vitrine_bootinfo *t = port_phys_to_virt(*ret_at);
    memset(t, 0, size);
    t->magic = L4_VITRINE_BOOTINFO_MAGIC;
    t->size = (uint32_t)size;
    t->device_count = l->b->device_count;
    t->devices = (uint32_t)devices;
    if (device_bytes)
        memcpy((char *)t + devices, l->b->device, device_bytes);
    t->uart_base = l->b->uart_base;
    t->uart_irq = l->b->uart_irq;
    copy_name(t->command, l->b->command, sizeof(t->command));
    return t;
}

/* Bytes of all that lies between heap and free RAM. */
static uint64_t size_behind_heap(const struct bootstrap *b)
{
    uint64_t size =
        page_up(table_devices(b) + b->device_count * sizeof(*b->device));
    for (unsigned i = 0; i < b->module_count; i++) {
        const struct bootstrap_module *m = &b->module[i];
        if (i >= BOOT_IMAGES)
            size += page_up(m->size ? m->size : 1);
        else if (elf_is_ours(m->data, m->size))
            size += page_up(elf_extent(m->data, m->size)) + BOOT_STACK;
    }
    return size;
}

/* Bytes of the kernel's heap; with `superpages` so many that free RAM starts
 * with one. */
static uint64_t heap_size(const struct bootstrap *b)
{
    uint64_t ram = b->ram_end - b->ram_start, heap = ram / HEAP_SHARE;
    heap = page_up((heap > HEAP_MIN ? heap : HEAP_MIN) + b->heap_extra);
    if (b->superpages)
        heap += -(b->ram_start + heap + size_behind_heap(b)) &
                ((1ul << SUPERPAGE_ORDER) - 1);
    return heap;
}

const char *bootstrap_run(const struct bootstrap *b, struct boot_info *info,
                          const char **ret_module)
{
    struct layout l = {b, info, b->ram_start};
    paddr_t table_at;
    *ret_module = NULL;
    if (!b->module_count)
        return "a program is needed: sigma0 and the root task, or one alone";
    info->region_count = 0;
    info->user_end = b->user_end;
    if (!layout_take(&l, heap_size(b), &info->heap_start))
        return "not enough RAM for the kernel";
    info->heap_end = l.next;
    layout_region(&l, info->heap_start, l.next, BOOT_KERNEL);

    struct l4_vitrine_bootinfo *table = boot_table(&l, &table_at);
    if (!table)
        return "not enough RAM for the boot information";
    info->modules = table_at;
    paddr_t images = l.next;
    for (unsigned i = 0; i < BOOT_IMAGES && i < b->module_count; i++) {
        *ret_module = b->module[i].name;
        const char *why =
            boot_image(&l, &b->module[i], i ? &info->root : &info->sigma0);
        if (why)
            return why;
    }
    layout_region(&l, images, l.next, BOOT_ROOT);
    paddr_t modules = l.next;
    const char *why = boot_modules(&l, table, ret_module);
    if (why)
        return why;
    layout_region(&l, table_at, images, BOOT_MODULE);
    layout_region(&l, modules, l.next, BOOT_MODULE);
    layout_region(&l, l.next, b->ram_end, BOOT_RAM);
    device_regions(&l);
    table->free_start = l.next;
    table->free_end = b->ram_end;
    return NULL;
}
