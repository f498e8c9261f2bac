/*
 * Boot: what the device tree says becomes struct hardware.
 *
 * Firmware (SBI) starts one hart at _start with its number and the tree.
 * What the kernel must know and does not find is one line on the console.
 * Source: Devicetree Specification v0.4; RISC-V device-tree bindings.
 */
#include "machine.h"
#include "devices.h"
#include <string.h>

enum { LINES_MAX = 64, S_EXTERNAL = 9 };
#define USER_END 0x4000000000ull /* half of Sv39 */

struct machine_cpu machine_cpus[RUN_CPUS_MAX];

static char stacks[RUN_CPUS_MAX][STACK_SIZE] __attribute__((aligned(16)));

static void find_console(const struct fdt *f, struct hardware *h)
{
    int uart = tree_console(f, "ns16550a", &h->uart_base);
    if (uart < 0)
        return;
    h->uart_irq = fdt_cell(f, uart, "interrupts", 0, 0);
    console_init(h->uart_base, fdt_cell(f, uart, "reg-shift", 0, 0),
                 h->uart_irq);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

static void add_hart(unsigned index, uint64_t hart)
{
    machine_cpus[index] =
        (struct machine_cpu){.stack = (uint64_t)&stacks[index + 1],
                             .index = index,
                             .hart = (uint32_t)hart};
}

/* All harts, from the second on; the first is the one that boots. Its node. */
static int find_harts(const struct fdt *f, unsigned *ret_count)
{
    int node = FDT_ROOT, boot = FDT_NONE;
    unsigned count = 1;
    while ((node = fdt_next_type(f, node, "cpu")) >= 0) {
        uint64_t hart, size;
        const char *status = fdt_text(f, node, "status");
        if (!fdt_reg(f, node, 0, &hart, &size) ||
            (status && strcmp(status, "okay") != 0))
            continue;
        if (hart == machine_self->hart)
            boot = node;
        else if (count < RUN_CPUS_MAX)
            add_hart(count++, hart);
    }
    *ret_count = count;
    return boot;
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
    add_hart(0, hart);
    space_init_kernel();
    tree_open(quiet_whole_tree ? quiet_whole_tree : tree, &f);
    find_console(&f, &h);
    tree_memory(&f, &h);
    h.device_count = devices_find(&f, h.device, HARDWARE_DEVICES);
    int node = find_harts(&f, &h.cpu_count);
    uint32_t hz = fdt_cell(&f, fdt_find(&f, "/cpus"), "timebase-frequency", 0,
                           fdt_cell(&f, node, "timebase-frequency", 0, 0));
    if (node < 0 || !hz)
        hardware_die("the device tree has no timer");
    machine_init(hz, has_sstc(&f, node));
    run_init(h.cpu_count);
    machine_init_cpu();
    find_irqchip(&f, node, &h);
    h.user_end = USER_END;
    hardware_boot(&h);
    for (unsigned i = 1; i < h.cpu_count; i++)
        if (!machine_start(&machine_cpus[i]))
            hardware_die("hart %u does not start",
                         (unsigned long)machine_cpus[i].hart);
    machine_resume(run_next());
}

/* From entry.S: another hart, on its own stack. */
void main_other(void);
void main_other(void)
{
    space_init_cpu();
    machine_init_cpu();
    machine_resume(run_first());
}
