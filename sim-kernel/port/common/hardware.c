/*
 * From a machine's description to a running core (see hardware.h).
 *
 *   kernel | ............................ RAM ............................ |
 *          | heap | sigma0 | moe | modules | free        | archive (moved) |
 *
 * The archive is first moved to the end of RAM, so that what bootstrap_run()
 * writes never meets what it reads; afterwards its memory is the user's.
 */
#include "hardware.h"
#include "archive.h"
#include <l4/vitrine/trace_events.h>
#include <string.h>

enum {
    SLICE_NS = 10000000,
    RAM_AMPLE = 32 << 20, /* bytes, from which on 2 MiB are no matter */
};

struct hardware_options hardware_options = {.until_ns = ~0ull};

/* Free memory that starts with a superpage takes a mapping or two; up to then
 * each page takes one, a good part of the time to start. */
static bool ram_is_ample(const struct hardware *h)
{
    return h->ram_end - h->ram_start >= RAM_AMPLE;
}

/* The archive's new place, at the end of RAM. */
static const struct archive_header *archive_move(const struct hardware *h,
                                                 paddr_t *ret_start)
{
    const struct archive_header *a = port_phys_to_virt(h->archive_start);
    uint64_t size = h->archive_end - h->archive_start;
    if (size > (h->ram_end - h->ram_start) / 2)
        hardware_die("the boot archive (%u KiB) is too large for %u KiB of "
                     "RAM (see --ram)",
                     size >> 10, (h->ram_end - h->ram_start) >> 10);
    *ret_start = (h->ram_end - size) &
                 -(1ul << (ram_is_ample(h) ? SUPERPAGE_ORDER : PAGE_ORDER));
    return memmove(port_phys_to_virt(*ret_start), a, size);
}

void hardware_boot(const struct hardware *h)
{
    static struct bootstrap_module modules[ARCHIVE_FILES];
    struct bootstrap b = {
        .ram_start = h->ram_start,
        .device_start = h->device_start,
        .device_end = h->device_end,
        .device_count = h->device_count,
        .device = h->device,
        .uart_base = h->uart_base,
        .uart_irq = h->uart_irq,
        .user_end = h->user_end,
        .superpages = ram_is_ample(h),
        .module = modules,
    };
    const char *why, *module;
    const struct archive_header *a = archive_move(h, &b.ram_end);
    why = archive_open(a, h->ram_end - b.ram_end, modules, &b.module_count);
    if (why)
        hardware_die("%s", why);
    b.command = a->command;
    b.heap_extra = a->trace_records * sizeof(struct vtr_record);
    hardware_options.until_ns = a->until_ns;
    hardware_options.seed = a->seed;
    hardware_options.host_clock = a->flags & ARCHIVE_HOST_CLOCK;

    static struct boot_info info; /* too large for a kernel stack */
    info.cpu_count = h->cpu_count;
    info.irq_count = h->irq_count;
    info.io_ports = h->io_ports;
    info.seed = a->seed;
    info.slice_ns = SLICE_NS;
    info.trace = a->trace_records != 0;
    info.trace_records = a->trace_records;
    info.trace_tasks = a->trace_tasks;
    why = bootstrap_run(&b, &info, &module);
    if (why)
        hardware_die("%s%s%s (RAM: %u KiB, see --ram)", module ? module : "",
                     module ? ": " : "", why,
                     (h->ram_end - h->ram_start) >> 10);
    if (info.region_count < BOOT_MAX_REGIONS)
        info.region[info.region_count++] = (struct boot_region){
            b.ram_end, h->ram_end & ~(paddr_t)(PAGE_SIZE - 1), BOOT_RAM};
    core_boot(&info);
    port_image_loaded(NULL, core_root_task(0), info.sigma0.start,
                      b.module[0].name);
    if (info.root.ip)
        port_image_loaded(NULL, core_root_task(1), info.root.start,
                          b.module[1].name);
}
