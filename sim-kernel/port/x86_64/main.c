/*
 * Boot: what the start info and the ACPI tables say becomes struct hardware.
 *
 * The boot loader (PVH) starts one CPU with the start info's address in ebx.
 * What the kernel must know and does not find is one line on the console.
 * Source: Xen's "x86/HVM direct boot ABI" (include/public/arch-x86/hvm).
 */
#include "machine.h"
#include <string.h>

enum { CPUS = 1 };
#define USER_END    0x7fffffe00000ull /* the last 2 MiB stay empty */
#define START_MAGIC 0x336ec578u
#define MAPPED_END  0x100000000ull

struct start_info {
    uint32_t magic, version, flags, module_count;
    uint64_t modules, command, rsdp;
    uint64_t memory; /* from version 1 on */
    uint32_t memory_count, unused;
};
struct start_module {
    uint64_t start, size, command, unused;
};
struct start_memory {
    uint64_t start, size;
    uint32_t type, unused;
};
enum { MEMORY_RAM = 1, MEMORY_MAX = 128 };

struct machine_cpu machine_cpus[CPUS];
extern char kernel_start[], kernel_end[], boot_stack_end[];

static void find_console(const struct acpi *a, struct hardware *h)
{
    struct acpi_device d;
    if (!acpi_device(a, "PNP0501", 0, &d) || !d.ports || d.irq == ~0u)
        return;
    h->uart_irq = acpi_line(a, &d);
    console_init((uint16_t)d.base, h->uart_irq);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

/* The piece of RAM that holds the kernel, from behind it. */
static void find_memory(const struct start_info *s, struct hardware *h)
{
    const struct start_memory *m = port_phys_to_virt(s->memory);
    paddr_t end = port_virt_to_phys(kernel_end);
    if (s->version < 1 || !s->memory || s->memory_count > MEMORY_MAX)
        hardware_die("the boot loader hands over no memory map");
    for (unsigned i = 0; i < s->memory_count; i++) {
        if (m[i].type != MEMORY_RAM || end < m[i].start ||
            end - m[i].start >= m[i].size)
            continue;
        h->ram_start = end;
        h->ram_end = m[i].start + m[i].size;
        if (h->ram_end > MAPPED_END)
            h->ram_end = MAPPED_END;
    }
    if (!h->ram_end)
        hardware_die("the memory map has no memory where the kernel is");
}

static void find_archive(const struct start_info *s, struct hardware *h)
{
    const struct start_module *m = port_phys_to_virt(s->modules);
    if (s->module_count) {
        h->archive_start = m->start;
        h->archive_end = m->start + m->size;
    }
    if (!s->module_count || h->archive_start < h->ram_start ||
        h->archive_end > h->ram_end || h->archive_start > h->archive_end)
        hardware_die("there is no boot archive (QEMU: -initrd FILE)");
}

/* From entry.S, on the boot stack, translation on. */
_Noreturn void main_boot(paddr_t info);
_Noreturn void main_boot(paddr_t info)
{
    static struct hardware h;
    static struct acpi a;
    const struct start_info *s = port_phys_to_virt(info);
    machine_self()->stack = (uint64_t)boot_stack_end;
    space_init_kernel();
    machine_init();
    if (s->magic != START_MAGIC)
        machine_stop(); /* there is nothing to say it on */
    const char *why = acpi_read(s->rsdp, &a);
    find_console(&a, &h);
    if (why)
        hardware_die("%s", why);
    irqchip_init(&a);
    clock_init(&a);
    find_memory(s, &h);
    find_archive(s, &h);
    h.irq_count = irqchip_lines();
    h.cpu_count = CPUS;
    h.user_end = USER_END;
    hardware_boot(&h);
    machine_run();
}
