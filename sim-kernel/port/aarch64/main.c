/*
 * Boot: what the device tree says becomes struct hardware.
 *
 * The boot loader starts one CPU with the tree's address in x0. What the
 * kernel must know and does not find is one line on the console.
 * Source: Devicetree Specification v0.4; Arm device-tree bindings.
 */
#include "machine.h"
#include "devices.h"
#include <string.h>

enum { LINES = 64 };
#define USER_END 0x8000000000ull

struct machine_cpu machine_cpus[RUN_CPUS_MAX];

static char stacks[RUN_CPUS_MAX][STACK_SIZE] __attribute__((aligned(16)));

static void find_console(const struct fdt *f, struct hardware *h)
{
    int uart = tree_console(f, "arm,pl011", &h->uart_base);
    if (uart < 0)
        return;
    h->uart_irq = fdt_cell(f, uart, "interrupts", 1, 0);
    console_init(h->uart_base, h->uart_irq);
    port_console_write("\2", 1); /* firmware spoke before (tools/qemu) */
}

static void add_cpu(unsigned index, uint64_t number)
{
    machine_cpus[index].stack = (uint64_t)&stacks[index + 1];
    machine_cpus[index].index = index;
    machine_cpus[index].number = number;
}

/* All CPUs, from the second on; the first is the one that boots. */
static unsigned find_cpus(const struct fdt *f)
{
    int node = FDT_ROOT;
    unsigned count = 1;
    while ((node = fdt_next_type(f, node, "cpu")) >= 0) {
        uint64_t number, size;
        if (fdt_reg(f, node, 0, &number, &size) && count < RUN_CPUS_MAX &&
            number != machine_self()->number)
            add_cpu(count++, number);
    }
    return count;
}

/* From entry.S, on the boot stack, translation on. */
_Noreturn void main_boot(paddr_t tree);
_Noreturn void main_boot(paddr_t tree)
{
    static struct hardware h;
    struct fdt f;
    add_cpu(0, machine_number());
    space_init_kernel();
    tree_open(tree, &f);
    find_console(&f, &h);
    const char *method = fdt_text(&f, fdt_find(&f, "/psci"), "method");
    machine_init(!method || !strcmp(method, "hvc"));
    tree_memory(&f, &h);
    h.device_count = devices_find(&f, h.device, HARDWARE_DEVICES);
    h.cpu_count = find_cpus(&f);
    run_init(h.cpu_count);
    irqchip_init(&f);
    machine_init_cpu();
    h.irq_count = LINES;
    h.user_end = USER_END;
    hardware_boot(&h);
    for (unsigned i = 1; i < h.cpu_count; i++)
        if (!machine_start(&machine_cpus[i]))
            hardware_die("CPU %u does not start", (unsigned long)i);
    machine_resume(run_next());
}

/* From entry.S: another CPU, on its own stack. */
_Noreturn void main_other(void);
_Noreturn void main_other(void)
{
    space_init_cpu();
    machine_init_cpu();
    machine_resume(run_first());
}
