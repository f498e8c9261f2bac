/*
 * Boot: what the start info and the ACPI tables say becomes struct hardware.
 *
 * The boot loader (PVH) starts one CPU with the start info's address in ebx.
 * What the kernel must know and does not find is one line on the console.
 * Source: Xen's "x86/HVM direct boot ABI" (include/public/arch-x86/hvm).
 */
#include "machine.h"
#include "devices.h"
#include <string.h>

#define USER_END    0x7fffffe00000ull /* the last 2 MiB stay empty */
#define START_MAGIC 0x336ec578u
#define MAPPED_END  0x100000000ull
#define LOW_END     0x100000ull /* what the first instructions reach */

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
enum { MODE_LEVEL_HIGH = 3 }; /* L4_IRQ_F_LEVEL_HIGH */
enum { MEMORY_RAM = 1, MEMORY_MAX = 128 };

struct machine_cpu machine_cpus[RUN_CPUS_MAX];
extern char kernel_end[];

static char stacks[RUN_CPUS_MAX][STACK_SIZE] __attribute__((aligned(16)));

static void add_cpu(unsigned index, unsigned apic)
{
    struct machine_cpu *c = &machine_cpus[index];
    c->self = c;
    c->stack = (uint64_t)&stacks[index + 1];
    c->index = index;
    c->apic = apic;
}

/* All CPUs, from the second on; the first is the one that boots. */
static unsigned find_cpus(const struct acpi *a)
{
    unsigned count = 1;
    for (unsigned i = 0; i < a->cpu_count && count < RUN_CPUS_MAX; i++)
        if (a->cpu[i] != machine_self()->apic)
            add_cpu(count++, a->cpu[i]);
    return count;
}

static void find_console(const struct acpi *a, struct hardware *h)
{
    struct acpi_device d;
    if (!acpi_device(a, "PNP0501", 0, &d) || !d.ports || d.irq == ~0u)
        return;
    h->uart_base = d.base; /* a port: <l4/vitrine/mmio.h> */
    h->uart_irq = acpi_line(a, &d);
    console_init((uint16_t)d.base, h->uart_irq);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

/* Devices of one kind for user level. */
static void add_devices(const struct acpi *a, const char *id,
                        const char *compatible, struct hardware *h)
{
    struct acpi_device d;
    for (unsigned i = 0; acpi_device(a, id, i, &d); i++) {
        struct l4_vitrine_device to = {.base = d.base,
                                       .size = d.size,
                                       .irq = acpi_line(a, &d),
                                       .irq_mode = MODE_LEVEL_HIGH};
        if (d.irq == ~0u || h->device_count == HARDWARE_DEVICES)
            continue;
        memcpy(to.compatible, compatible, strlen(compatible));
        devices_insert(h->device, h->device_count++, &to);
    }
}

/* By address: ports come first. The names are those of device trees. */
static void find_devices(const struct acpi *a, struct hardware *h)
{
    add_devices(a, "PNP0501", "ns16550a", h);
    add_devices(a, "LNRO0005", "virtio,mmio", h);
    add_devices(a, "PNP0B00", "motorola,mc146818", h);
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

/* A page of RAM where other CPUs can begin, below 1 MiB; 0: none. */
static paddr_t find_page(const struct start_info *s)
{
    const struct start_memory *m = port_phys_to_virt(s->memory);
    for (unsigned i = 0; i < s->memory_count; i++) {
        paddr_t page = (m[i].start + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1);
        page = page ? page : PAGE_SIZE; /* not the interrupt vectors */
        if (m[i].type == MEMORY_RAM && page < LOW_END &&
            page + PAGE_SIZE <= m[i].start + m[i].size)
            return page;
    }
    return 0;
}

/* From entry.S, on the boot stack, translation on. */
_Noreturn void main_boot(paddr_t info);
_Noreturn void main_boot(paddr_t info)
{
    static struct hardware h;
    static struct acpi a;
    const struct start_info *s = port_phys_to_virt(info);
    add_cpu(0, 0);
    space_init_kernel();
    machine_init();
    if (s->magic != START_MAGIC)
        machine_stop(); /* there is nothing to say it on */
    const char *why = acpi_read(s->rsdp, &a);
    find_console(&a, &h);
    if (why) {
        console_guess(); /* no table has said where it is */
        hardware_die("%s", why);
    }
    irqchip_init(&a);
    timer_init(&a);
    find_memory(s, &h);
    find_archive(s, &h);
    find_devices(&a, &h);
    h.irq_count = irqchip_lines();
    h.cpu_count = find_cpus(&a);
    h.io_ports = 1 << 16;
    h.user_end = USER_END;
    paddr_t page = find_page(s);
    run_init(h.cpu_count);
    hardware_boot(&h);
    for (unsigned i = 1; i < h.cpu_count; i++)
        if (!machine_start(&machine_cpus[i], page))
            hardware_die("CPU %u does not start", (unsigned long)i);
    machine_run(run_next());
}

/* From entry.S: another CPU, on its own stack. */
_Noreturn void main_other(void);
_Noreturn void main_other(void)
{
    space_init_cpu();
    machine_init_cpu();
    irqchip_init_cpu();
    timer_init_cpu();
    __atomic_store_n(&machine_self()->started, true, __ATOMIC_RELEASE);
    machine_run(run_first());
}
