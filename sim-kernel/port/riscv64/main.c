/*
 * Boot: what the device tree says becomes struct hardware.
 *
 * Firmware (SBI) starts one hart at _start with its number and the tree.
 * What the kernel must know and does not find is one line on the console.
 * Source: Devicetree Specification v0.4; RISC-V device-tree bindings.
 */
#include "machine.h"
#include <string.h>

enum { CPUS = 1, FDT_ROOM = 1 << 20, LINES_MAX = 64, S_EXTERNAL = 9 };
#define USER_END 0x4000000000ull /* half of Sv39 */

struct machine_cpu machine_cpus[CPUS];
extern char kernel_end[], boot_stack_end[];

static void find_console(const struct fdt *f, struct hardware *h)
{
    const char *path = fdt_text(f, fdt_find(f, "/chosen"), "stdout-path");
    int uart = path ? fdt_find(f, path) : FDT_NONE;
    uint64_t size;
    if (uart < 0)
        uart = fdt_next_compatible(f, FDT_ROOT, "ns16550a");
    if (uart < 0 || !fdt_reg(f, uart, 0, &h->uart_base, &size))
        return;
    h->uart_irq = fdt_cell(f, uart, "interrupts", 0, 0);
    console_init(h->uart_base, fdt_cell(f, uart, "reg-shift", 0, 0),
                 h->uart_irq);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
    h->device_start = h->uart_base & ~(paddr_t)(PAGE_SIZE - 1);
    h->device_end = h->device_start + PAGE_SIZE;
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

static int find_hart(const struct fdt *f, uint64_t hart)
{
    int node = FDT_ROOT;
    while ((node = fdt_next_type(f, node, "cpu")) >= 0) {
        uint64_t number, size;
        if (fdt_reg(f, node, 0, &number, &size) && number == hart)
            return node;
    }
    return FDT_NONE;
}

static void find_irqchip(const struct fdt *f, int hart, struct hardware *h)
{
    uint64_t base, size;
    int plic = fdt_next_compatible(f, FDT_ROOT, "riscv,plic0");
    if (plic < 0)
        plic = fdt_next_compatible(f, FDT_ROOT, "sifive,plic-1.0.0");
    int intc = fdt_next_compatible(f, hart, "riscv,cpu-intc");
    if (plic < 0 || intc < 0 || !fdt_reg(f, plic, 0, &base, &size))
        hardware_die("the device tree has no interrupt controller (PLIC)");
    uint32_t phandle = fdt_cell(f, intc, "phandle", 0, 0), wire;
    for (unsigned i = 0;; i++) {
        uint32_t to = fdt_cell(f, plic, "interrupts-extended", 2 * i, ~0u);
        wire = fdt_cell(f, plic, "interrupts-extended", 2 * i + 1, ~0u);
        if (to == ~0u)
            hardware_die("the PLIC has no context for hart %u",
                         (unsigned long)machine_self->hart);
        if (to != phandle || wire != S_EXTERNAL)
            continue;
        h->irq_count = fdt_cell(f, plic, "riscv,ndev", 0, LINES_MAX - 1) + 1;
        if (h->irq_count > LINES_MAX)
            h->irq_count = LINES_MAX;
        irqchip_init(base, i, h->irq_count);
        return;
    }
}

static bool has_sstc(const struct fdt *f, int hart)
{
    const char *isa = fdt_text(f, hart, "riscv,isa");
    for (; isa && *isa; isa++)
        if (!memcmp(isa, "_sstc", 5))
            return true;
    return false;
}

/* From entry.S, on the boot stack, translation on. */
void main_boot(uint64_t hart, paddr_t tree);
void main_boot(uint64_t hart, paddr_t tree)
{
    static struct hardware h;
    struct fdt f;
    *machine_self = (struct machine_cpu){.stack = (uint64_t)boot_stack_end,
                                         .hart = (uint32_t)hart};
    space_init_kernel();
    if (!fdt_open(port_phys_to_virt(tree), FDT_ROOM, &f))
        machine_stop(); /* there is nothing to say it on */
    find_console(&f, &h);
    find_memory(&f, &h);
    find_archive(&f, &h);
    int node = find_hart(&f, hart);
    uint32_t hz = fdt_cell(&f, fdt_find(&f, "/cpus"), "timebase-frequency", 0,
                           fdt_cell(&f, node, "timebase-frequency", 0, 0));
    if (node < 0 || !hz)
        hardware_die("the device tree has no timer");
    machine_init(hz, has_sstc(&f, node));
    find_irqchip(&f, node, &h);
    h.cpu_count = CPUS;
    h.user_end = USER_END;
    hardware_boot(&h);
    machine_run();
}
