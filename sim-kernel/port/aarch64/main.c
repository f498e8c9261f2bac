/*
 * Boot: what the device tree says becomes struct hardware.
 *
 * The boot loader starts one CPU with the tree's address in x0. What the
 * kernel must know and does not find is one line on the console.
 * Source: Devicetree Specification v0.4; Arm device-tree bindings.
 */
#include "machine.h"
#include <string.h>

enum { CPUS = 1, FDT_ROOM = 1 << 20, LINES = 64, PPI_FIRST = 16 };
enum { TIMER_VIRTUAL = 2 }; /* of the timer's four interrupts */
#define USER_END 0x8000000000ull

struct machine_cpu machine_cpus[CPUS];
extern char kernel_end[], boot_stack_end[];

static void find_console(const struct fdt *f)
{
    const char *path = fdt_text(f, fdt_find(f, "/chosen"), "stdout-path");
    int uart = path ? fdt_find(f, path) : FDT_NONE;
    uint64_t base, size;
    if (uart < 0)
        uart = fdt_next_compatible(f, FDT_ROOT, "arm,pl011");
    if (uart < 0 || !fdt_reg(f, uart, 0, &base, &size))
        return;
    console_init(base, fdt_cell(f, uart, "interrupts", 1, 0));
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

/* The piece of RAM that holds the kernel, from behind it. */
static void find_memory(const struct fdt *f, struct hardware *h)
{
    paddr_t end = port_virt_to_phys(kernel_end);
    int node = FDT_ROOT;
    while ((node = fdt_next_type(f, node, "memory")) >= 0) {
        uint64_t start, size;
        for (unsigned i = 0; fdt_reg(f, node, i, &start, &size); i++) {
            if (end < start || end - start >= size)
                continue;
            h->ram_start = end;
            h->ram_end = start + size;
        }
    }
    if (!h->ram_end)
        hardware_die("the device tree has no memory where the kernel is");
}

static void find_archive(const struct fdt *f, struct hardware *h)
{
    int chosen = fdt_find(f, "/chosen");
    if (!fdt_number(f, chosen, "linux,initrd-start", &h->archive_start) ||
        !fdt_number(f, chosen, "linux,initrd-end", &h->archive_end) ||
        h->archive_start < h->ram_start || h->archive_end > h->ram_end ||
        h->archive_start > h->archive_end)
        hardware_die("there is no boot archive (QEMU: -initrd FILE)");
}

static void find_irqchip(const struct fdt *f)
{
    uint64_t distributor, cpu, size;
    int timer = fdt_next_compatible(f, FDT_ROOT, "arm,armv8-timer");
    int gic = fdt_next_compatible(f, FDT_ROOT, "arm,cortex-a15-gic");
    if (timer < 0)
        hardware_die("the device tree has no timer");
    if (gic < 0)
        gic = fdt_next_compatible(f, FDT_ROOT, "arm,gic-400");
    if (gic < 0 || !fdt_reg(f, gic, 0, &distributor, &size) ||
        !fdt_reg(f, gic, 1, &cpu, &size))
        hardware_die("the device tree has no interrupt controller (GICv2)");
    uint32_t ppi = fdt_cell(f, timer, "interrupts", 3 * TIMER_VIRTUAL + 1, 11);
    irqchip_init(distributor, cpu, PPI_FIRST + ppi);
}

/* From entry.S, on the boot stack, translation on. */
_Noreturn void main_boot(paddr_t tree);
_Noreturn void main_boot(paddr_t tree)
{
    static struct hardware h;
    struct fdt f;
    machine_self()->stack = (uint64_t)boot_stack_end;
    space_init_kernel();
    if (!fdt_open(port_phys_to_virt(tree), FDT_ROOM, &f))
        machine_stop(); /* there is nothing to say it on */
    find_console(&f);
    const char *method = fdt_text(&f, fdt_find(&f, "/psci"), "method");
    machine_init(!method || !strcmp(method, "hvc"));
    find_memory(&f, &h);
    find_archive(&f, &h);
    find_irqchip(&f);
    h.irq_count = LINES;
    h.cpu_count = CPUS;
    h.user_end = USER_END;
    hardware_boot(&h);
    machine_run();
}
