/*
 * The kernel information page (see kip.h; layout in <l4/sys/kip.h>).
 */
#include "kip.h"
#include "sched.h"
#include "kstring.h"
#include "kassert.h"
#include <l4/sys/kip.h>
#include <l4/sys/memdesc.h>

enum { KIP_MEM_DESCS = 0x200, KIP_VERSION_STRINGS = 0x100 };
enum { KIP_STRING_MAX = 32 };

static l4_kernel_info_t *kip_the;
uint64_t kip_next;

/* Version, then one string per feature, then (page of zeros) an empty one. */
static void kip_write_strings(char *at, const struct boot_info *info)
{
    const char *strings[] = {
        "Vitrine 0.1",
        "trace",
        "dma-space",
        info->cpu_count > 1 ? "multi-cpu" : "single-cpu",
        info->msi_count ? "msi" : NULL,
    };
    for (unsigned i = 0; i < sizeof(strings) / sizeof(strings[0]); i++) {
        if (!strings[i])
            continue;
        size_t n = kstrnlen(strings[i], KIP_STRING_MAX);
        memcpy(at, strings[i], n);
        at += n + 1;
    }
}

static unsigned kip_region_type(enum boot_region_type type)
{
    static const unsigned types[] = {
        [BOOT_RAM] = l4_mem_type_conventional,
        [BOOT_KERNEL] = l4_mem_type_reserved,
        [BOOT_MODULE] = l4_mem_type_bootloader,
        [BOOT_ROOT] = l4_mem_type_bootloader,
        [BOOT_DEVICE] = l4_mem_type_dedicated,
    };
    return types[type];
}

void kip_init(void *page, const struct boot_info *info)
{
    l4_kernel_info_t *k = kip_the = page;
    kip_next = 0;
    k->magic = L4_KERNEL_INFO_MAGIC;
    k->version = 0x87000000;
    k->sigma0_ip = info->sigma0.ip;
    k->root_ip = info->root.ip;
    k->mem_descs = KIP_MEM_DESCS;
    k->mem_descs_num = info->region_count + 1;
    k->user_ptr = info->modules;
    k->offset_version_strings = KIP_VERSION_STRINGS >> 4;
    k->log2_kip_size = PAGE_ORDER;
    k->scheduler_granularity = 1000;
    k->platform_info.is_mp = info->cpu_count > 1;
    kip_write_strings((char *)page + KIP_VERSION_STRINGS, info);
    port_clock_code((char *)page + L4_KIP_OFFS_READ_US);

    l4_kernel_info_mem_desc_t *d = l4_kernel_info_get_mem_descs(k);
    for (unsigned i = 0; i < info->region_count; i++) {
        const struct boot_region *r = &info->region[i];
        l4_kernel_info_set_mem_desc(d++, r->start, r->end - 1,
                                    kip_region_type(r->type), 0, 0);
    }
    l4_kernel_info_set_mem_desc(d, 0, info->user_end - 1,
                                l4_mem_type_conventional, 1, 0);
}

void kip_set_clock(uint64_t now)
{
    kip_the->clock = now / 1000;
    kip_next = (now / 1000 + 1) * 1000;
}

paddr_t kip_page(void)
{
    return port_virt_to_phys(kip_the);
}
