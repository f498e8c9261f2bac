/*
 * Reading device trees (see tree.h).
 * Source: Devicetree Specification v0.4.
 */
#include "tree.h"

enum { ROOM = 4 << 20 }; /* bytes a tree may have; QEMU pads its own */

extern char kernel_end[];

void tree_open(paddr_t at, struct fdt *ret_tree)
{
    if (!fdt_open(port_phys_to_virt(at), ROOM, ret_tree))
        machine_stop();
}

int tree_console(const struct fdt *f, const char *kind, paddr_t *ret_base)
{
    const char *path = fdt_text(f, fdt_find(f, "/chosen"), "stdout-path");
    int node = path ? fdt_find(f, path) : FDT_NONE;
    uint64_t size;
    if (node < 0)
        node = fdt_next_compatible(f, FDT_ROOT, kind);
    return node >= 0 && fdt_reg(f, node, 0, ret_base, &size) ? node : FDT_NONE;
}

static void tree_ram(const struct fdt *f, struct hardware *h)
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

static void tree_archive(const struct fdt *f, struct hardware *h)
{
    int chosen = fdt_find(f, "/chosen");
    if (!fdt_number(f, chosen, "linux,initrd-start", &h->archive_start) ||
        !fdt_number(f, chosen, "linux,initrd-end", &h->archive_end) ||
        h->archive_start < h->ram_start || h->archive_end > h->ram_end ||
        h->archive_start > h->archive_end)
        hardware_die("there is no boot archive (QEMU: -initrd FILE)");
}

void tree_memory(const struct fdt *f, struct hardware *h)
{
    tree_ram(f, h);
    tree_archive(f, h);
}
