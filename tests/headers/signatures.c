/*
 * The signature of every function in ABI.md's appendices A and B, as it
 * stands there: a pointer of that type is initialised with the function.
 *
 * Compiled for every architecture by check_alone.sh; there is nothing to run.
 * Deviations: functions that only read through a pointer may take it const
 * (memory descriptors).
 */
#include <l4/re/c/dataspace.h>
#include <l4/re/c/debug.h>
#include <l4/re/c/dma_space.h>
#include <l4/re/c/event.h>
#include <l4/re/c/event_buffer.h>
#include <l4/re/c/inhibitor.h>
#include <l4/re/c/log.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/namespace.h>
#include <l4/re/c/parent.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/c/util/kumem_alloc.h>
#include <l4/re/c/util/video/goos_fb.h>
#include <l4/re/c/video/colors.h>
#include <l4/re/c/video/goos.h>
#include <l4/re/c/video/view.h>
#include <l4/re/consts.h>
#include <l4/re/elf_aux.h>
#include <l4/re/env.h>
#include <l4/re/protocols.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/arm_smccc.h>
#include <l4/sys/assert.h>
#include <l4/sys/cache.h>
#include <l4/sys/compiler.h>
#include <l4/sys/consts.h>
#include <l4/sys/debugger.h>
#include <l4/sys/err.h>
#include <l4/sys/factory.h>
#include <l4/sys/icu.h>
#include <l4/sys/ipc.h>
#include <l4/sys/ipc_gate.h>
#include <l4/sys/irq.h>
#include <l4/sys/kdebug.h>
#include <l4/sys/kdump.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/kip.h>
#include <l4/sys/ktrace.h>
#include <l4/sys/l4int.h>
#include <l4/sys/linkage.h>
#include <l4/sys/memdesc.h>
#include <l4/sys/meta.h>
#include <l4/sys/obj_info.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/rcv_endpoint.h>
#include <l4/sys/scheduler.h>
#include <l4/sys/segment.h>
#include <l4/sys/semaphore.h>
#include <l4/sys/task.h>
#include <l4/sys/thread.h>
#include <l4/sys/thread_group.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <l4/sys/vcon.h>
#include <l4/sys/vcpu.h>
#include <l4/sys/vm.h>
#include <l4/util/util.h>

#define SAME(ret, name, args)                                                  \
    static ret(*const same_##name) args __attribute__((unused)) = name;

/* One line each, as in ABI.md: clang-format may not break them. */
/* clang-format off */

/* __kernel_object_impl.h */
SAME(l4_msgtag_t, l4_invoke_debugger, (l4_cap_idx_t obj, l4_msgtag_t tag, l4_utcb_t *utcb))

/* __ktrace-impl.h */
SAME(l4_msgtag_t, fiasco_tbuf_validate, (void))
SAME(l4_umword_t, fiasco_tbuf_log, (const char *text))
SAME(l4_umword_t, fiasco_tbuf_log_3val, (const char *text, l4_umword_t v1, l4_umword_t v2, l4_umword_t v3))
SAME(void, fiasco_tbuf_clear, (void))
SAME(void, fiasco_tbuf_dump, (void))
SAME(l4_umword_t, fiasco_tbuf_log_binary, (const unsigned char *data))
SAME(l4_msgtag_t, fiasco_tbuf_map_status, (l4_fpage_t *ku_mem))
SAME(l4_msgtag_t, fiasco_tbuf_map_slots, (l4_fpage_t *ku_mem))

/* __l4_fpage.h */
SAME(l4_fpage_t, l4_fpage, (l4_addr_t address, unsigned int order, unsigned char rights))
SAME(l4_fpage_t, l4_fpage_all, (void))
SAME(l4_fpage_t, l4_fpage_invalid, (void))
SAME(l4_fpage_t, l4_iofpage, (unsigned long port, unsigned int order))
SAME(l4_fpage_t, l4_obj_fpage, (l4_cap_idx_t obj, unsigned int order, unsigned char rights))
SAME(int, l4_is_fpage_writable, (l4_fpage_t fp))
SAME(l4_umword_t, l4_map_control, (l4_umword_t spot, unsigned char cache, unsigned grant))
SAME(l4_umword_t, l4_map_obj_control, (l4_umword_t spot, unsigned grant))
SAME(unsigned, l4_fpage_rights, (l4_fpage_t f))
SAME(unsigned, l4_fpage_type, (l4_fpage_t f))
SAME(unsigned, l4_fpage_size, (l4_fpage_t f))
SAME(unsigned long, l4_fpage_page, (l4_fpage_t f))
SAME(l4_addr_t, l4_fpage_memaddr, (l4_fpage_t f))
SAME(l4_cap_idx_t, l4_fpage_obj, (l4_fpage_t f))
SAME(unsigned long, l4_fpage_ioport, (l4_fpage_t f))
SAME(l4_fpage_t, l4_fpage_set_rights, (l4_fpage_t src, unsigned char new_rights))
SAME(int, l4_fpage_contains, (l4_fpage_t fpage, l4_addr_t addr, unsigned order))
SAME(unsigned char, l4_fpage_max_order, (unsigned char order, l4_addr_t addr, l4_addr_t min_addr, l4_addr_t max_addr, l4_addr_t hotspot))
SAME(int, l4_is_fpage_valid, (l4_fpage_t fp))

/* __timeout.h */
SAME(l4_timeout_s, l4_timeout_rel, (unsigned man, unsigned exp))
SAME(l4_timeout_t, l4_ipc_timeout, (unsigned snd_man, unsigned snd_exp, unsigned rcv_man, unsigned rcv_exp))
SAME(l4_timeout_t, l4_timeout, (l4_timeout_s snd, l4_timeout_s rcv))
SAME(void, l4_snd_timeout, (l4_timeout_s snd, l4_timeout_t *to))
SAME(void, l4_rcv_timeout, (l4_timeout_s rcv, l4_timeout_t *to))
SAME(l4_kernel_clock_t, l4_timeout_rel_get, (l4_timeout_s to))
SAME(unsigned, l4_timeout_is_absolute, (l4_timeout_s to))
SAME(l4_kernel_clock_t, l4_timeout_get, (l4_kernel_clock_t cur, l4_timeout_s to))
SAME(l4_timeout_s, l4_timeout_from_us, (l4_uint64_t us))

/* assert.h */
SAME(void, l4_assert_abort, (const char *text))
SAME(void, l4_assert_fn, (unsigned expr, const char *text))

/* cache.h */
SAME(int, l4_cache_clean_data, (unsigned long start, unsigned long end))
SAME(int, l4_cache_flush_data, (unsigned long start, unsigned long end))
SAME(int, l4_cache_inv_data, (unsigned long start, unsigned long end))
SAME(int, l4_cache_coherent, (unsigned long start, unsigned long end))
SAME(int, l4_cache_dma_coherent, (unsigned long start, unsigned long end))
SAME(int, l4_cache_dma_coherent_full, (void))

/* compiler.h */
SAME(unsigned long, l4_align_stack_for_direct_fncall, (unsigned long stack))
SAME(void, l4_barrier, (void))
SAME(void, l4_mb, (void))
SAME(void, l4_wmb, (void))
SAME(void, l4_infinite_loop, (void))

/* consts.h */
SAME(l4_addr_t, l4_trunc_page, (l4_addr_t address))
SAME(l4_addr_t, l4_trunc_size, (l4_addr_t address, unsigned char bits))
SAME(l4_addr_t, l4_round_page, (l4_addr_t address))
SAME(l4_addr_t, l4_round_size, (l4_addr_t value, unsigned char bits))
SAME(unsigned, l4_bytes_to_mwords, (unsigned size))

/* debugger.h */
SAME(l4_msgtag_t, l4_debugger_set_object_name, (l4_cap_idx_t cap, const char *name))
SAME(l4_ret_t, l4_debugger_query_object_name, (l4_cap_idx_t cap, unsigned id, char *name, unsigned size))
SAME(l4_ret_t, l4_debugger_get_object_name, (l4_cap_idx_t cap, char *name, unsigned size))
SAME(unsigned long, l4_debugger_global_id, (l4_cap_idx_t cap))
SAME(unsigned long, l4_debugger_kobj_to_id, (l4_cap_idx_t cap, l4_addr_t kobjp))
SAME(l4_ret_t, l4_debugger_query_log_typeid, (l4_cap_idx_t cap, const char *name, unsigned idx))
SAME(l4_ret_t, l4_debugger_query_log_name, (l4_cap_idx_t cap, unsigned idx, char *name, unsigned namelen, char *shortname, unsigned shortnamelen))
SAME(l4_msgtag_t, l4_debugger_switch_log, (l4_cap_idx_t cap, const char *name, int on_off))
SAME(l4_msgtag_t, l4_debugger_add_image_info, (l4_cap_idx_t cap, l4_addr_t base, const char *name))

/* err.h */
SAME(char const *, l4sys_errtostr, (long err))

/* factory.h */
SAME(l4_msgtag_t, l4_factory_create_task, (l4_cap_idx_t factory, l4_cap_idx_t target_cap, l4_fpage_t *utcb_area))
SAME(l4_msgtag_t, l4_factory_create_thread, (l4_cap_idx_t factory, l4_cap_idx_t target_cap))
SAME(l4_msgtag_t, l4_factory_create_factory, (l4_cap_idx_t factory, l4_cap_idx_t target_cap, unsigned long limit))
SAME(l4_msgtag_t, l4_factory_create_gate, (l4_cap_idx_t factory, l4_cap_idx_t target_cap, l4_cap_idx_t snd_dst_cap, l4_umword_t label))
SAME(l4_msgtag_t, l4_factory_create_irq, (l4_cap_idx_t factory, l4_cap_idx_t target_cap))
SAME(l4_msgtag_t, l4_factory_create_vm, (l4_cap_idx_t factory, l4_cap_idx_t target_cap))
SAME(l4_msgtag_t, l4_factory_create_vcpu_context, (l4_cap_idx_t factory, l4_cap_idx_t target_cap))
SAME(l4_msgtag_t, l4_factory_create_thread_group, (l4_cap_idx_t factory, l4_cap_idx_t target_cap, unsigned policy))
SAME(l4_msgtag_t, l4_factory_create, (l4_cap_idx_t factory, long obj, l4_cap_idx_t target))

/* icu.h */
SAME(l4_msgtag_t, l4_icu_bind, (l4_cap_idx_t icu, unsigned irqnum, l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_icu_unbind, (l4_cap_idx_t icu, unsigned irqnum, l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_icu_set_mode, (l4_cap_idx_t icu, unsigned irqnum, l4_umword_t mode))
SAME(l4_msgtag_t, l4_icu_info, (l4_cap_idx_t icu, l4_icu_info_t *info))
SAME(l4_msgtag_t, l4_icu_msi_info, (l4_cap_idx_t icu, unsigned irqnum, l4_uint64_t source, l4_icu_msi_info_t *msi_info))
SAME(l4_msgtag_t, l4_icu_unmask, (l4_cap_idx_t icu, unsigned irqnum, l4_umword_t *label, l4_timeout_t to))
SAME(l4_msgtag_t, l4_icu_mask, (l4_cap_idx_t icu, unsigned irqnum, l4_umword_t *label, l4_timeout_t to))

/* ipc.h */
SAME(l4_umword_t, l4_ipc_error, (l4_msgtag_t tag, l4_utcb_t *utcb))
SAME(l4_ret_t, l4_error, (l4_msgtag_t tag))
SAME(int, l4_ipc_is_snd_error, (l4_utcb_t *utcb))
SAME(int, l4_ipc_is_rcv_error, (l4_utcb_t *utcb))
SAME(int, l4_ipc_error_code, (l4_utcb_t *utcb))
SAME(l4_ret_t, l4_ipc_to_errno, (unsigned long ipc_error_code))
SAME(l4_msgtag_t, l4_ipc_send, (l4_cap_idx_t dest, l4_utcb_t *utcb, l4_msgtag_t tag, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_wait, (l4_utcb_t *utcb, l4_umword_t *label, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_receive, (l4_cap_idx_t object, l4_utcb_t *utcb, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_call, (l4_cap_idx_t object, l4_utcb_t *utcb, l4_msgtag_t tag, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_reply, (l4_cap_idx_t reply_cap, l4_utcb_t *utcb, l4_msgtag_t tag, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_reply_and_wait, (l4_utcb_t *utcb, l4_msgtag_t tag, l4_umword_t *label, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_send_and_wait, (l4_cap_idx_t dest, l4_utcb_t *utcb, l4_msgtag_t tag, l4_umword_t *label, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_wait_next_period, (l4_utcb_t *utcb, l4_umword_t *label, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc, (l4_cap_idx_t dest, l4_utcb_t *utcb, l4_umword_t flags, l4_umword_t slabel, l4_msgtag_t tag, l4_umword_t *rlabel, l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_sleep, (l4_timeout_t timeout))
SAME(l4_msgtag_t, l4_ipc_sleep_ms, (l4_uint32_t ms))
SAME(l4_msgtag_t, l4_ipc_sleep_us, (l4_uint64_t us))
SAME(int, l4_sndfpage_add, (l4_fpage_t const snd_fpage, unsigned long snd_base, l4_msgtag_t *tag))

/* ipc_gate.h */
SAME(l4_msgtag_t, l4_ipc_gate_get_infos, (l4_cap_idx_t gate, l4_umword_t *label))
SAME(l4_msgtag_t, l4_ipc_gate_bind_thread, (l4_cap_idx_t gate, l4_cap_idx_t thread, l4_umword_t label))
SAME(l4_msgtag_t, l4_ipc_gate_bind_snd_destination, (l4_cap_idx_t gate, l4_cap_idx_t snd_dst, l4_umword_t label))

/* irq.h */
SAME(l4_msgtag_t, l4_irq_detach, (l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_irq_bind_vcpu, (l4_cap_idx_t irq, l4_cap_idx_t thread, l4_umword_t cfg))
SAME(l4_msgtag_t, l4_irq_trigger, (l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_irq_receive, (l4_cap_idx_t irq, l4_timeout_t to))
SAME(l4_msgtag_t, l4_irq_wait, (l4_cap_idx_t irq, l4_umword_t *label, l4_timeout_t to))
SAME(l4_msgtag_t, l4_irq_unmask, (l4_cap_idx_t irq))

/* kdebug.h */
SAME(void, l4_kd_enter, (char const *text))
SAME(void, l4_kd_outnstring, (char const *text, unsigned len))
SAME(void, l4_kd_outstring, (char const *text))
SAME(void, l4_kd_outchar, (char c))
SAME(void, l4_kd_outumword, (l4_umword_t number))
SAME(void, l4_kd_outhex64, (l4_uint64_t number))
SAME(void, l4_kd_outhex32, (l4_uint32_t number))
SAME(void, l4_kd_outhex20, (l4_uint32_t number))
SAME(void, l4_kd_outhex16, (l4_uint16_t number))
SAME(void, l4_kd_outhex12, (l4_uint16_t number))
SAME(void, l4_kd_outhex8, (l4_uint8_t number))
SAME(void, l4_kd_outdec, (l4_mword_t number))

/* kdump.h */
SAME(long, fiasco_dump_kmem_stats, (void))

/* kernel_object.h */
SAME(l4_msgtag_t, l4_kobject_dec_refcnt, (l4_cap_idx_t obj, l4_mword_t diff))

/* kip.h */
SAME(l4_kernel_info_t const *, l4_kip, (void))
SAME(l4_umword_t, l4_kip_version, (l4_kernel_info_t const *kip))
SAME(const char *, l4_kip_version_string, (l4_kernel_info_t const *kip))
SAME(int, l4_kernel_info_version_offset, (l4_kernel_info_t const *kip))
SAME(l4_cpu_time_t, l4_kip_clock, (l4_kernel_info_t const *kip))
SAME(l4_umword_t, l4_kip_clock_lw, (l4_kernel_info_t const *kip))
SAME(l4_uint64_t, l4_kip_clock_ns, (l4_kernel_info_t const *kip))

/* memdesc.h */
SAME(l4_kernel_info_mem_desc_t *, l4_kernel_info_get_mem_descs, (l4_kernel_info_t const *kip))
SAME(unsigned, l4_kernel_info_get_num_mem_descs, (l4_kernel_info_t const *kip))
SAME(void, l4_kernel_info_set_mem_desc, (l4_kernel_info_mem_desc_t *md, l4_addr_t start, l4_addr_t end, unsigned type, unsigned virt, unsigned sub_type))
SAME(l4_umword_t, l4_kernel_info_get_mem_desc_start, (l4_kernel_info_mem_desc_t const *md))
SAME(l4_umword_t, l4_kernel_info_get_mem_desc_end, (l4_kernel_info_mem_desc_t const *md))
SAME(l4_umword_t, l4_kernel_info_get_mem_desc_type, (l4_kernel_info_mem_desc_t const *md))
SAME(l4_umword_t, l4_kernel_info_get_mem_desc_subtype, (l4_kernel_info_mem_desc_t const *md))
SAME(l4_umword_t, l4_kernel_info_get_mem_desc_is_virtual, (l4_kernel_info_mem_desc_t const *md))

/* obj_info.h */
SAME(l4_msgtag_t, l4_debugger_query_obj_infos, (l4_cap_idx_t cap, l4_addr_t ku_mem_addr, l4_size_t ku_mem_size, l4_umword_t skip, l4_umword_t *result_cnt, l4_umword_t *result_all))

/* platform_control.h */
SAME(l4_msgtag_t, l4_platform_ctl_system_suspend, (l4_cap_idx_t pfc, l4_umword_t extras))
SAME(l4_msgtag_t, l4_platform_ctl_system_shutdown, (l4_cap_idx_t pfc, l4_umword_t reboot))
SAME(l4_msgtag_t, l4_platform_ctl_cpu_allow_shutdown, (l4_cap_idx_t pfc, l4_umword_t phys_id, l4_umword_t enable))
SAME(l4_msgtag_t, l4_platform_ctl_cpu_enable, (l4_cap_idx_t pfc, l4_umword_t phys_id))
SAME(l4_msgtag_t, l4_platform_ctl_cpu_disable, (l4_cap_idx_t pfc, l4_umword_t phys_id))

/* rcv_endpoint.h */
SAME(l4_msgtag_t, l4_rcv_ep_bind_thread, (l4_cap_idx_t ep, l4_cap_idx_t thread, l4_umword_t label))
SAME(l4_msgtag_t, l4_rcv_ep_bind_snd_destination, (l4_cap_idx_t ep, l4_cap_idx_t snd_dst, l4_umword_t label))

/* scheduler.h */
SAME(l4_sched_cpu_set_t, l4_sched_cpu_set, (l4_umword_t offset, unsigned char granularity, l4_umword_t map))
SAME(l4_msgtag_t, l4_scheduler_info, (l4_cap_idx_t scheduler, l4_umword_t *cpu_max, l4_sched_cpu_set_t *cpus))
SAME(l4_msgtag_t, l4_scheduler_info_with_classes, (l4_cap_idx_t scheduler, l4_umword_t *cpu_max, l4_sched_cpu_set_t *cpus, l4_umword_t *sched_classes))
SAME(l4_sched_param_t, l4_sched_param, (unsigned prio, l4_umword_t quantum))
SAME(l4_msgtag_t, l4_scheduler_run_thread, (l4_cap_idx_t scheduler, l4_cap_idx_t thread, l4_sched_param_t const *sp))
SAME(l4_msgtag_t, l4_scheduler_idle_time, (l4_cap_idx_t scheduler, l4_sched_cpu_set_t const *cpus, l4_kernel_clock_t *us))
SAME(int, l4_scheduler_is_online, (l4_cap_idx_t scheduler, l4_umword_t cpu))

/* semaphore.h */
SAME(l4_msgtag_t, l4_semaphore_up, (l4_cap_idx_t sem))
SAME(l4_msgtag_t, l4_semaphore_down, (l4_cap_idx_t sem, l4_timeout_t timeout))

/* task.h */
SAME(l4_msgtag_t, l4_task_map, (l4_cap_idx_t dst_task, l4_cap_idx_t src_task, l4_fpage_t snd_fpage, l4_umword_t snd_base))
SAME(l4_msgtag_t, l4_task_unmap, (l4_cap_idx_t task, l4_fpage_t fpage, l4_umword_t map_mask))
SAME(l4_msgtag_t, l4_task_unmap_batch, (l4_cap_idx_t task, l4_fpage_t const *fpages, unsigned num_fpages, l4_umword_t map_mask))
SAME(l4_msgtag_t, l4_task_delete_obj, (l4_cap_idx_t task, l4_cap_idx_t obj))
SAME(l4_msgtag_t, l4_task_release_cap, (l4_cap_idx_t task, l4_cap_idx_t cap))
SAME(l4_msgtag_t, l4_task_cap_valid, (l4_cap_idx_t task, l4_cap_idx_t cap))
SAME(l4_msgtag_t, l4_task_cap_equal, (l4_cap_idx_t task, l4_cap_idx_t cap_a, l4_cap_idx_t cap_b))
SAME(l4_msgtag_t, l4_task_add_ku_mem, (l4_cap_idx_t task, l4_fpage_t *ku_mem))

/* thread.h */
SAME(l4_msgtag_t, l4_thread_ex_regs, (l4_cap_idx_t thread, l4_addr_t ip, l4_addr_t sp, l4_umword_t flags))
SAME(l4_msgtag_t, l4_thread_ex_regs_ret, (l4_cap_idx_t thread, l4_addr_t *ip, l4_addr_t *sp, l4_umword_t *flags))
SAME(void, l4_thread_control_start, (void))
SAME(void, l4_thread_control_pager, (l4_cap_idx_t pager))
SAME(void, l4_thread_control_exc_handler, (l4_cap_idx_t exc_handler))
SAME(void, l4_thread_control_bind, (l4_utcb_t *thread_utcb, l4_cap_idx_t task))
SAME(void, l4_thread_control_alien, (int on))
SAME(l4_msgtag_t, l4_thread_control_commit, (l4_cap_idx_t thread))
SAME(l4_msgtag_t, l4_thread_yield, (void))
SAME(l4_msgtag_t, l4_thread_switch, (l4_cap_idx_t to_thread))
SAME(l4_msgtag_t, l4_thread_stats_time, (l4_cap_idx_t thread, l4_kernel_clock_t *us))
SAME(l4_msgtag_t, l4_thread_vcpu_resume_start, (void))
SAME(l4_msgtag_t, l4_thread_vcpu_resume_commit, (l4_cap_idx_t thread, l4_msgtag_t tag))
SAME(l4_msgtag_t, l4_thread_vcpu_control, (l4_cap_idx_t thread, l4_addr_t vcpu_state))
SAME(l4_msgtag_t, l4_thread_vcpu_control_ext, (l4_cap_idx_t thread, l4_addr_t ext_vcpu_state))
SAME(l4_msgtag_t, l4_thread_register_del_irq, (l4_cap_idx_t thread, l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_thread_modify_sender_start, (void))
SAME(int, l4_thread_modify_sender_add, (l4_umword_t match_mask, l4_umword_t match, l4_umword_t del_bits, l4_umword_t add_bits, l4_msgtag_t *tag))
SAME(l4_msgtag_t, l4_thread_modify_sender_commit, (l4_cap_idx_t thread, l4_msgtag_t tag))
SAME(l4_msgtag_t, l4_thread_register_doorbell_irq, (l4_cap_idx_t thread, l4_cap_idx_t irq))
SAME(l4_msgtag_t, l4_thread_pf_trampoline_setup, (l4_cap_idx_t thread, l4_addr_t pf_tramp_state))
SAME(l4_msgtag_t, l4_thread_pf_trampoline_resume, (l4_cap_idx_t thread))
SAME(l4_msgtag_t, l4_thread_pf_trampoline_reflect, (l4_cap_idx_t thread))
SAME(l4_msgtag_t, l4_thread_pf_trampoline_disable, (l4_cap_idx_t thread, int *was_enabled))
SAME(l4_msgtag_t, l4_thread_pf_trampoline_enable, (l4_cap_idx_t thread))

/* thread_group.h */
SAME(l4_msgtag_t, l4_thread_group_add, (l4_cap_idx_t tg, l4_cap_idx_t thread))
SAME(l4_msgtag_t, l4_thread_group_remove, (l4_cap_idx_t tg, l4_cap_idx_t thread))

/* types.h */
SAME(long, l4_msgtag_label, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_words, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_items, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_flags, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_has_error, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_is_page_fault, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_is_exception, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_is_sigma0, (l4_msgtag_t t))
SAME(unsigned, l4_msgtag_is_io_page_fault, (l4_msgtag_t t))
SAME(l4_msgtag_t, l4_msgtag, (long label, unsigned words, unsigned items, unsigned flags))
SAME(unsigned, l4_is_invalid_cap, (l4_cap_idx_t c))
SAME(unsigned, l4_is_valid_cap, (l4_cap_idx_t c))
SAME(unsigned, l4_capability_equal, (l4_cap_idx_t c1, l4_cap_idx_t c2))
SAME(l4_cap_idx_t, l4_capability_next, (l4_cap_idx_t c))

/* utcb.h */
SAME(l4_utcb_t *, l4_utcb_direct, (void))
SAME(l4_umword_t, l4_utcb_exc_pc, (l4_exc_regs_t const *u))
SAME(void, l4_utcb_exc_pc_set, (l4_exc_regs_t *u, l4_addr_t pc))
SAME(unsigned long, l4_utcb_exc_typeval, (l4_exc_regs_t const *u))
SAME(int, l4_utcb_exc_is_pf, (l4_exc_regs_t const *u))
SAME(l4_addr_t, l4_utcb_exc_pfa, (l4_exc_regs_t const *u))
SAME(int, l4_utcb_exc_is_ex_regs_exception, (l4_exc_regs_t const *u))
SAME(l4_utcb_t *, l4_utcb_wrap, (void))
SAME(l4_utcb_t *, l4_utcb, (void))
SAME(l4_msg_regs_t *, l4_utcb_mr, (void))
SAME(l4_buf_regs_t *, l4_utcb_br, (void))
SAME(l4_thread_regs_t *, l4_utcb_tcr, (void))
SAME(l4_exc_regs_t *, l4_utcb_exc, (void))
SAME(void, l4_utcb_inherit_fpu, (int switch_on))
SAME(l4_umword_t, l4_bdr, (l4_umword_t mem, l4_umword_t io, l4_umword_t obj, l4_umword_t flags))
SAME(l4_timeout_s, l4_timeout_abs, (l4_kernel_clock_t pint, int br))
SAME(unsigned, l4_utcb_mr64_idx, (unsigned idx))

/* vcon.h */
SAME(l4_msgtag_t, l4_vcon_send, (l4_cap_idx_t vcon, char const *buf, unsigned size))
SAME(long, l4_vcon_write, (l4_cap_idx_t vcon, char const *buf, unsigned size))
SAME(int, l4_vcon_read, (l4_cap_idx_t vcon, char *buf, unsigned size))
SAME(int, l4_vcon_read_with_flags, (l4_cap_idx_t vcon, char *buf, unsigned size))
SAME(l4_msgtag_t, l4_vcon_set_attr, (l4_cap_idx_t vcon, l4_vcon_attr_t const *attr))
SAME(l4_msgtag_t, l4_vcon_get_attr, (l4_cap_idx_t vcon, l4_vcon_attr_t *attr))
SAME(void, l4_vcon_set_attr_raw, (l4_vcon_attr_t *attr))

/* vcpu.h */
SAME(int, l4_vcpu_check_version, (l4_vcpu_state_t const *vcpu))

/* ARCH-amd64/segment.h */
#if defined(__x86_64__)
SAME(long, fiasco_ldt_set, (l4_cap_idx_t task, void *ldt, unsigned int num_desc, unsigned int entry_number_start, l4_utcb_t *utcb))
SAME(long, fiasco_gdt_set, (l4_cap_idx_t thread, void *desc, unsigned int size, unsigned int entry_number_start, l4_utcb_t *utcb))
SAME(unsigned, fiasco_gdt_get_entry_offset, (l4_cap_idx_t thread, l4_utcb_t *utcb))
SAME(long, fiasco_amd64_set_fs, (l4_cap_idx_t thread, l4_umword_t base, l4_utcb_t *utcb))
SAME(long, fiasco_amd64_set_segment_base, (l4_cap_idx_t thread, enum L4_sys_segment segr, l4_umword_t base, l4_utcb_t *utcb))
SAME(long, fiasco_amd64_segment_info, (l4_cap_idx_t thread, unsigned *user_ds, unsigned *user_cs, unsigned *user32_cs, l4_utcb_t *utcb))
#endif

/* ARCH-arm64/arch/thread.h */
#if defined(__aarch64__)
SAME(l4_msgtag_t, l4_thread_arm_set_tpidruro, (l4_cap_idx_t thread, l4_addr_t tpidruro))
SAME(l4_msgtag_t, l4_task_vgicc_map, (l4_cap_idx_t task, l4_fpage_t vgicc_fpage))
#endif

/* l4re/include/env.h */
SAME(l4re_env_t *, l4re_env, (void))
SAME(l4_kernel_info_t const *, l4re_kip, (void))
SAME(l4_cap_idx_t, l4re_env_get_cap, (char const *name))
SAME(l4_cap_idx_t, l4re_env_get_cap_e, (char const *name, l4re_env_t const *e))
SAME(l4re_env_cap_entry_t const *, l4re_env_get_cap_l, (char const *name, unsigned l, l4re_env_t const *e))

/* l4re_c/include/dataspace.h */
SAME(l4_ret_t, l4re_ds_map, (l4re_ds_t ds, l4re_ds_offset_t offset, l4re_ds_flags_t flags, l4re_ds_map_addr_t local_addr, l4re_ds_map_addr_t min_addr, l4re_ds_map_addr_t max_addr))
SAME(l4_ret_t, l4re_ds_map_region, (l4re_ds_t ds, l4re_ds_offset_t offset, l4re_ds_flags_t flags, l4re_ds_map_addr_t min_addr, l4re_ds_map_addr_t max_addr))
SAME(l4_ret_t, l4re_ds_clear, (l4re_ds_t ds, l4re_ds_offset_t offset, l4re_ds_size_t size))
SAME(l4_ret_t, l4re_ds_allocate, (l4re_ds_t ds, l4re_ds_offset_t offset, l4re_ds_size_t size))
SAME(l4_ret_t, l4re_ds_copy_in, (l4re_ds_t ds, l4re_ds_offset_t dst_offs, l4re_ds_t src, l4re_ds_offset_t src_offs, l4re_ds_size_t size))
SAME(l4re_ds_size_t, l4re_ds_size, (l4re_ds_t ds))
SAME(l4re_ds_flags_t, l4re_ds_flags, (l4re_ds_t ds))
SAME(l4_ret_t, l4re_ds_info, (l4re_ds_t ds, l4re_ds_stats_t *stats))
SAME(l4_ret_t, l4re_ds_map_info, (l4re_ds_t ds, l4_addr_t *start_addr, l4_addr_t *end_addr))

/* l4re_c/include/debug.h */
SAME(l4_ret_t, l4re_debug_obj_debug, (l4_cap_idx_t srv, unsigned long function))

/* l4re_c/include/dma_space.h */
SAME(l4_ret_t, l4re_dma_space_map, (l4re_dma_space_t dma, l4re_ds_t src, l4re_ds_offset_t offset, l4_size_t * size, unsigned long attrs, enum l4re_dma_space_direction dir, l4re_dma_space_dma_addr_t *dma_addr))
SAME(l4_ret_t, l4re_dma_space_unmap, (l4re_dma_space_t dma, l4re_dma_space_dma_addr_t dma_addr, l4_size_t size, unsigned long attrs, enum l4re_dma_space_direction dir))
SAME(l4_ret_t, l4re_dma_space_mgr_associate, (l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space, l4_cap_idx_t dma_task, enum l4re_dma_space_mgr_space_attribs attr))
SAME(l4_ret_t, l4re_dma_space_mgr_associate_phys, (l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space, enum l4re_dma_space_mgr_space_attribs attr))
SAME(l4_ret_t, l4re_dma_space_mgr_disassociate, (l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space))
SAME(l4_ret_t, l4re_dma_space_mgr_block_area, (l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t *addr, l4re_dma_space_dma_size_t size, l4re_dma_space_dma_addr_t max_addr, enum l4re_dma_space_mgr_block_flags flags, unsigned char align))
SAME(l4_ret_t, l4re_dma_space_mgr_set_limits, (l4re_dma_space_mgr_t dma_mgr, l4re_dma_space_t dma_space, l4re_dma_space_dma_addr_t min_addr, l4re_dma_space_dma_addr_t max_addr))

/* l4re_c/include/event.h */
SAME(l4_ret_t, l4re_event_get_buffer, (const l4_cap_idx_t server, const l4re_ds_t ds))
SAME(l4_ret_t, l4re_event_get_num_streams, (const l4_cap_idx_t server))
SAME(l4_ret_t, l4re_event_get_stream_info, (const l4_cap_idx_t server, int idx, l4re_event_stream_info_t *info))
SAME(l4_ret_t, l4re_event_get_stream_info_for_id, (const l4_cap_idx_t server, l4_umword_t stream_id, l4re_event_stream_info_t *info))
SAME(l4_ret_t, l4re_event_get_axis_info, (const l4_cap_idx_t server, l4_umword_t id, unsigned naxes, unsigned const *axis, l4re_event_absinfo_t *info))

/* l4re_c/include/event_buffer.h */
SAME(void, l4re_event_free, (l4re_event_t *e))
SAME(l4_ret_t, l4re_event_buffer_attach, (l4re_event_buffer_consumer_t *evbuf, l4re_ds_t ds, l4_cap_idx_t rm))
SAME(l4_ret_t, l4re_event_buffer_detach, (l4re_event_buffer_consumer_t *evbuf, l4_cap_idx_t rm))
SAME(l4re_event_t *, l4re_event_buffer_next, (l4re_event_buffer_consumer_t *evbuf))
SAME(void, l4re_event_buffer_consumer_foreach_available_event, (l4re_event_buffer_consumer_t *evbuf, void *data, l4re_event_buffer_cb_t *cb))
SAME(void, l4re_event_buffer_consumer_process, (l4re_event_buffer_consumer_t *evbuf, l4_cap_idx_t irq, l4_cap_idx_t thread, void *data, l4re_event_buffer_cb_t *cb))

/* l4re_c/include/inhibitor.h */
SAME(l4_ret_t, l4re_inhibitor_acquire, (l4_cap_idx_t cap, l4_umword_t id, char const *reason))
SAME(l4_ret_t, l4re_inhibitor_release, (l4_cap_idx_t cap, l4_umword_t id))
SAME(l4_ret_t, l4re_inhibitor_next_lock_info, (l4_cap_idx_t cap, char *name, unsigned len, l4_mword_t current_id))

/* l4re_c/include/log.h */
SAME(void, l4re_log_print, (char const *string))
SAME(void, l4re_log_printn, (char const *string, int len))
SAME(void, l4re_log_print_srv, (const l4_cap_idx_t logcap, char const *string))
SAME(void, l4re_log_printn_srv, (const l4_cap_idx_t logcap, char const *string, int len))

/* l4re_c/include/mem_alloc.h */
SAME(l4_ret_t, l4re_ma_alloc, (long size, l4re_ds_t const mem, unsigned long flags))
SAME(l4_ret_t, l4re_ma_alloc_align, (long size, l4re_ds_t const mem, unsigned long flags, unsigned long align))
SAME(l4_ret_t, l4re_ma_alloc_align_srv, (l4_cap_idx_t srv, long size, l4re_ds_t const mem, unsigned long flags, unsigned long align))

/* l4re_c/include/namespace.h */
SAME(l4_ret_t, l4re_ns_query_to_srv, (l4re_namespace_t srv, char const *name, l4_cap_idx_t const cap, int timeout))
SAME(l4_ret_t, l4re_ns_query_srv, (l4re_namespace_t srv, char const *name, l4_cap_idx_t const cap))
SAME(l4_ret_t, l4re_ns_register_obj_srv, (l4re_namespace_t srv, char const *name, l4_cap_idx_t const obj, unsigned flags))

/* l4re_c/include/parent.h */
SAME(long, l4re_parent_signal, (l4_cap_idx_t parent, unsigned long sig, unsigned long val))

/* l4re_c/include/rm.h */
SAME(int, l4re_rm_reserve_area, (l4_addr_t *start, unsigned long size, l4re_rm_flags_t flags, unsigned char align))
SAME(int, l4re_rm_free_area, (l4_addr_t addr))
SAME(int, l4re_rm_attach, (void **start, unsigned long size, l4re_rm_flags_t flags, l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align))
SAME(int, l4re_rm_attach_w_info, (void **start, unsigned long size, l4re_rm_flags_t flags, l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align, char const *name, l4re_ds_offset_t backing_offset))
SAME(int, l4re_rm_detach, (void *addr))
SAME(int, l4re_rm_detach_ds, (void *addr, l4re_ds_t *ds))
SAME(int, l4re_rm_detach_unmap, (l4_addr_t addr, l4_cap_idx_t task))
SAME(int, l4re_rm_detach_ds_unmap, (void *addr, l4re_ds_t *ds, l4_cap_idx_t task))
SAME(int, l4re_rm_find, (l4_addr_t *addr, unsigned long *size, l4re_rm_offset_t *offset, l4re_rm_flags_t *flags, l4re_ds_t *m))
SAME(int, l4re_rm_get_info, (l4_addr_t addr, char *name, unsigned int len, l4re_rm_offset_t *backing_offset))
SAME(void, l4re_rm_show_lists, (void))
SAME(int, l4re_rm_reserve_area_srv, (l4_cap_idx_t rm, l4_addr_t *start, unsigned long size, l4re_rm_flags_t flags, unsigned char align))
SAME(int, l4re_rm_free_area_srv, (l4_cap_idx_t rm, l4_addr_t addr))
SAME(int, l4re_rm_attach_srv, (l4_cap_idx_t rm, void **start, unsigned long size, l4re_rm_flags_t flags, l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align))
SAME(int, l4re_rm_attach_w_info_srv, (l4_cap_idx_t rm, void **start, unsigned long size, l4re_rm_flags_t flags, l4re_ds_t mem, l4re_rm_offset_t offs, unsigned char align, char const *name, l4re_ds_offset_t backing_offset))
SAME(int, l4re_rm_detach_srv, (l4_cap_idx_t rm, l4_addr_t addr, l4re_ds_t *ds, l4_cap_idx_t task))
SAME(int, l4re_rm_find_srv, (l4_cap_idx_t rm, l4_addr_t *addr, unsigned long *size, l4re_rm_offset_t *offset, l4re_rm_flags_t *flags, l4re_ds_t *m))
SAME(int, l4re_rm_get_info_srv, (l4_cap_idx_t rm, l4_addr_t addr, char *name, unsigned int len, l4re_rm_offset_t *backing_offset))
SAME(void, l4re_rm_show_lists_srv, (l4_cap_idx_t rm))

/* l4re_c/util/include/cap_alloc.h */
SAME(l4_cap_idx_t, l4re_util_cap_alloc, (void))
SAME(void, l4re_util_cap_free, (l4_cap_idx_t cap))
SAME(void, l4re_util_cap_free_um, (l4_cap_idx_t cap))
SAME(long, l4re_util_cap_last, (void))

/* l4re_c/util/include/kumem_alloc.h */
SAME(int, l4re_util_kumem_alloc, (l4_addr_t *mem, unsigned pages_order, l4_cap_idx_t task, l4_cap_idx_t rm))

/* l4re_c/util/include/video/goos_fb.h */
SAME(int, l4re_util_video_goos_fb_setup_name, (l4re_util_video_goos_fb_t *goosfb, char const *name))
SAME(void, l4re_util_video_goos_fb_destroy, (l4re_util_video_goos_fb_t *goosfb))
SAME(int, l4re_util_video_goos_fb_view_info, (l4re_util_video_goos_fb_t *goosfb, l4re_video_view_info_t *info))
SAME(void *, l4re_util_video_goos_fb_attach_buffer, (l4re_util_video_goos_fb_t *goosfb))
SAME(int, l4re_util_video_goos_fb_refresh, (l4re_util_video_goos_fb_t *goosfb, int x, int y, int w, int h))
SAME(l4re_ds_t, l4re_util_video_goos_fb_buffer, (l4re_util_video_goos_fb_t *goosfb))
SAME(l4_cap_idx_t, l4re_util_video_goos_fb_goos, (l4re_util_video_goos_fb_t *goosfb))

/* l4re_c/include/video/colors.h */
SAME(int, l4re_video_bits_per_pixel, (l4re_video_pixel_info_t *p))

/* l4re_c/include/video/goos.h */
SAME(int, l4re_video_goos_info, (l4re_video_goos_t goos, l4re_video_goos_info_t *ginfo))
SAME(int, l4re_video_goos_refresh, (l4re_video_goos_t goos, int x, int y, int w, int h))
SAME(int, l4re_video_goos_create_buffer, (l4re_video_goos_t goos, unsigned long size, l4_cap_idx_t buffer))
SAME(int, l4re_video_goos_delete_buffer, (l4re_video_goos_t goos, unsigned idx))
SAME(int, l4re_video_goos_get_static_buffer, (l4re_video_goos_t goos, unsigned idx, l4_cap_idx_t buffer))
SAME(int, l4re_video_goos_create_view, (l4re_video_goos_t goos, l4re_video_view_t *view))
SAME(int, l4re_video_goos_delete_view, (l4re_video_goos_t goos, l4re_video_view_t *view))
SAME(int, l4re_video_goos_get_view, (l4re_video_goos_t goos, unsigned idx, l4re_video_view_t *view))

/* l4re_c/include/video/view.h */
SAME(int, l4re_video_view_refresh, (l4re_video_view_t *view, int x, int y, int w, int h))
SAME(int, l4re_video_view_get_info, (l4re_video_view_t *view, l4re_video_view_info_t *info))
SAME(int, l4re_video_view_set_info, (l4re_video_view_t *view, l4re_video_view_info_t *info))
SAME(int, l4re_video_view_set_viewport, (l4re_video_view_t *view, int x, int y, int w, int h, unsigned long bofs))
SAME(int, l4re_video_view_stack, (l4re_video_view_t *view, l4re_video_view_t *pivot, int behind))

/* libsigma0/include/sigma0.h */
SAME(l4_kernel_info_t *, l4sigma0_map_kip, (l4_cap_idx_t sigma0, void *addr, unsigned log2_size))
SAME(int, l4sigma0_map_mem, (l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt, l4_addr_t size))
SAME(int, l4sigma0_map_iomem, (l4_cap_idx_t sigma0, l4_addr_t phys, l4_addr_t virt, l4_addr_t size, int cached))
SAME(int, l4sigma0_map_anypage, (l4_cap_idx_t sigma0, l4_addr_t map_area, unsigned log2_map_size, l4_addr_t *base, unsigned sz))
SAME(void, l4sigma0_debug_dump, (l4_cap_idx_t sigma0))
SAME(char const *, l4sigma0_map_errstr, (int err))
SAME(void, l4sigma0_print_cov_data, (l4_cap_idx_t pager))

/* Named in section 1 and the table of changes only. */
SAME(l4_msgtag_t, l4_factory_create_start, (long obj, l4_cap_idx_t target))
SAME(int, l4_factory_create_add_fpage, (l4_fpage_t d, l4_msgtag_t *tag))
SAME(int, l4_factory_create_add_int, (l4_mword_t d, l4_msgtag_t *tag))
SAME(int, l4_factory_create_add_uint, (l4_umword_t d, l4_msgtag_t *tag))
SAME(int, l4_factory_create_add_str, (char const *s, l4_msgtag_t *tag))
SAME(int, l4_factory_create_add_lstr, (char const *s, unsigned len, l4_msgtag_t *tag))
SAME(int, l4_factory_create_add_nil, (l4_msgtag_t *tag))
SAME(l4_msgtag_t, l4_factory_create_commit, (l4_cap_idx_t factory, l4_msgtag_t tag))
SAME(l4_msgtag_t, l4_irq_attach, (l4_cap_idx_t irq, l4_umword_t label, l4_cap_idx_t thread))
SAME(l4_msgtag_t, l4_platform_ctl_set_task_asid, (l4_cap_idx_t pfc, l4_cap_idx_t task, l4_umword_t asid))
SAME(l4_msgtag_t, l4_arm_smccc_call, (l4_cap_idx_t cap, l4_umword_t func, l4_umword_t in0, l4_umword_t in1, l4_umword_t in2, l4_umword_t in3, l4_umword_t in4, l4_umword_t in5, l4_umword_t *out0, l4_umword_t *out1, l4_umword_t *out2, l4_umword_t *out3, l4_umword_t client_id))
