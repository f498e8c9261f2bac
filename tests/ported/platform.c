/*
 * Ported program: what the kernel tells of itself and the machine, and what
 * a program finds in its environment.
 */
#include "handmade.h"
#include <l4/sys/kip.h>
#include <l4/sys/memdesc.h>
#include <string.h>

static void memory(l4_kernel_info_t *kip)
{
    l4_kernel_info_mem_desc_t *md = l4_kernel_info_get_mem_descs(kip);
    unsigned n = l4_kernel_info_get_num_mem_descs(kip);
    unsigned long ram = 0, virt = 0;
    for (unsigned i = 0; i < n; i++, md++) {
        unsigned long size = l4_kernel_info_get_mem_desc_end(md) -
                             l4_kernel_info_get_mem_desc_start(md) + 1;
        if (l4_kernel_info_get_mem_desc_is_virtual(md))
            virt += size;
        else if (l4_kernel_info_get_mem_desc_type(md) ==
                 l4_mem_type_conventional)
            ram += size;
    }
    printf("RAM: %s, addresses: %s\n", ram >= 1ul << 20 ? "some" : "none",
           virt >= 1ul << 30 ? "many" : "few");
}

static void features(l4_kernel_info_t const *kip)
{
    char const *s = l4_kip_version_string(kip);
    unsigned n = 0;
    printf("version: %s\n", *s ? "given" : "missing");
    for (s += strlen(s) + 1; *s; s += strlen(s) + 1)
        n++;
    printf("features: %s\n", n ? "listed" : "none");
}

static void environment(void)
{
    l4re_env_t *env = l4re_env();
    l4_cap_idx_t const caps[] = {
        env->parent,      env->rm,      env->mem_alloc, env->log,
        env->main_thread, env->factory, env->scheduler, L4RE_THIS_TASK_CAP};
    unsigned valid = 0;
    for (unsigned i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
        valid += l4_error(l4_task_cap_valid(L4RE_THIS_TASK_CAP, caps[i])) == 1;
    printf("%u capabilities of 8\n", valid);
    printf("fixed places: %s\n", env->main_thread == L4RE_MAIN_THREAD_CAP &&
                                         env->factory == L4_BASE_FACTORY_CAP &&
                                         env->log == L4_BASE_LOG_CAP &&
                                         env->scheduler == L4_BASE_SCHEDULER_CAP
                                     ? "kept"
                                     : "others");
    printf("rom: %s, nothing: %s\n",
           l4_is_valid_cap(l4re_env_get_cap("rom")) ? "there" : "missing",
           l4_is_valid_cap(l4re_env_get_cap("nothing")) ? "there" : "missing");
    l4re_env_cap_entry_t const *e = l4re_env_get_cap_l("given-more", 5, env);
    printf("given: %s\n",
           e && !strncmp(e->name, "given", 16) ? "there" : "missing");
    printf("next free slot: %s\n",
           env->first_free_cap >= 0x16 ? "behind them" : "among them");
    printf("UTCBs: %s\n",
           l4_fpage_type(env->utcb_area) == L4_FPAGE_MEMORY &&
                   l4_fpage_contains(env->utcb_area, (l4_addr_t)l4_utcb(), 10)
               ? "where it says"
               : "elsewhere");
}

int main(int argc, char **argv)
{
    l4_kernel_info_t const *kip = l4re_kip();
    printf("%d arguments, %s\n", argc, argc > 1 ? argv[1] : "none");
    printf("%s: %s, %s\n", strrchr(argv[0], '/') ? "path" : argv[0],
           getenv("COLOUR") ? getenv("COLOUR") : "no colour",
           kip->magic == L4_KERNEL_INFO_MAGIC ? "information page" : "garbage");
    features(kip);
    memory((l4_kernel_info_t *)kip);
    printf("clock: %s\n",
           l4_kip_clock_ns(kip) / 1000 >= kip->clock ? "runs" : "stands");
    environment();
    return 0;
}
