/* Scheduler, consoles, platform, debugger, trace; device registers. */
#include "expect.h"

#include <l4/re/env.h>
#include <l4/sys/debugger.h>
#include <l4/sys/kdebug.h>
#include <l4/sys/kdump.h>
#include <l4/sys/ktrace.h>
#include <l4/sys/obj_info.h>
#include <l4/sys/platform_control.h>
#include <l4/sys/thread.h> /* scheduler.h comes with it */
#include <l4/sys/vcon.h>
#include <l4/vitrine/mmio.h>
#include <l4/vitrine/trace.h>

TestSuite(scheduler, .init = fake_kernel_start);
TestSuite(vcon, .init = fake_kernel_start);
TestSuite(platform, .init = fake_kernel_start);
TestSuite(debugger, .init = fake_kernel_start);
TestSuite(kdebug, .init = fake_kernel_start);
TestSuite(vitrine, .init = fake_kernel_start);

Test(scheduler, run_thread_sends_all_parameters)
{
    l4_sched_param_t sp = l4_sched_param(40, 5000);
    sp.affinity = l4_sched_cpu_set(2, 1, 5);
    l4_scheduler_run_thread(OBJ, OTHER, &sp);
    EXPECT_CALL(OBJ, L4_PROTO_SCHEDULER, 5, 1);
    EXPECT_MR(0, 1);
    EXPECT_MR(1, 1 << 24 | 2);
    EXPECT_MR(2, 5);
    EXPECT_MR(3, 40);
    EXPECT_MR(4, 5000);
    EXPECT_OBJ(5, OTHER);
}

Test(scheduler, info_takes_offset_gives_map_and_maximum)
{
    l4_umword_t max = 0, classes = 0;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(8, 0, 0);
    fake_reply(l4_msgtag(0, 3, 0, 0), 0x0f, 64, 2);
    l4_scheduler_info_with_classes(OBJ, &max, &set, &classes);
    EXPECT_CALL(OBJ, L4_PROTO_SCHEDULER, 2, 0);
    EXPECT_MR(0, 0);
    EXPECT_MR(1, 8);
    cr_expect(max == 64 && set.map == 0xf && classes == 2);
    l4_scheduler_info(OBJ, NULL, NULL);
    EXPECT_MR(1, 0);
}

Test(scheduler, idle_time_and_is_online)
{
    l4_kernel_clock_t us = 0;
    l4_sched_cpu_set_t set = l4_sched_cpu_set(0, 0, 2);
    fake_reply(l4_msgtag(0, 1, 0, 0), 777, 0, 0);
    l4_scheduler_idle_time(OBJ, &set, &us);
    EXPECT_CALL(OBJ, L4_PROTO_SCHEDULER, 3, 0);
    EXPECT_MR(0, 2);
    EXPECT_MR(2, 2);
    cr_expect_eq(us, 777);
    fake_reply(l4_msgtag(0, 3, 0, 0), 1, 64, 2);
    cr_expect_eq(l4_scheduler_is_online(OBJ, 3), 1);
    EXPECT_MR(1, 3);
    fake_reply(l4_msgtag(-L4_ERANGE, 0, 0, 0), 1, 0, 0);
    cr_expect_eq(l4_scheduler_is_online(OBJ, 3), 0);
}

Test(vcon, write_sends_bytes_and_cuts)
{
    char big[600];
    memset(big, 'x', sizeof(big));
    cr_expect_eq(l4_vcon_write(OBJ, "hello, you", 10), 10);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_LOG, 4, 0);
    cr_expect_eq(l4_msgtag_flags(fake_last()->tag), L4_MSGTAG_SCHEDULE);
    EXPECT_MR(0, 0);
    EXPECT_MR(1, 10);
    cr_expect_arr_eq(&fake_last()->mr[2], "hello, you\0\0\0\0\0\0", 16);
    cr_expect_eq(l4_vcon_write(OBJ, big, sizeof(big)), 488);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_LOG, 63, 0);
    EXPECT_MR(1, 488);
    l4_vcon_send(OBJ, "", 0);
    EXPECT_SENT(OBJ, L4_SYSF_SEND, L4_PROTO_LOG, 2, 0);
    fake_fail(L4_IPC_ENOT_EXISTENT);
    cr_expect_eq(l4_vcon_write(OBJ, "x", 1), -2004);
}

Test(vcon, read_gives_bytes_and_says_if_more)
{
    char buf[8] = "-------";
    fake_reply(l4_msgtag(0, 2, 0, 0), 3 | L4_VCON_READ_STAT_BREAK, 0x434241, 0);
    cr_expect_eq(l4_vcon_read(OBJ, buf, 7), 3);
    EXPECT_CALL(OBJ, L4_PROTO_LOG, 1, 0);
    EXPECT_MR(0, 1 | 7 << 16);
    cr_expect_str_eq(buf, "ABC----");
    cr_expect_eq(l4_vcon_read_with_flags(OBJ, buf, 7),
                 3 | L4_VCON_READ_STAT_BREAK);
    fake_reply(l4_msgtag(0, 2, 0, 0), 5, 0x4847464544, 0);
    cr_expect_eq(l4_vcon_read(OBJ, buf, 2), 5); /* more than asked for */
    cr_expect_str_eq(buf, "DEC----");
    fake_reply(l4_msgtag(-L4_EPERM, 0, 0, 0), 5, 0, 0);
    cr_expect_eq(l4_vcon_read(OBJ, buf, 2), -L4_EPERM);
}

Test(vcon, attributes)
{
    l4_vcon_attr_t a = {1, 2, L4_VCON_ICANON | L4_VCON_ECHO | 0x100};
    l4_vcon_set_attr(OBJ, &a);
    EXPECT_CALL(OBJ, L4_PROTO_LOG, 4, 0);
    EXPECT_MR(0, 2);
    EXPECT_MR(1, 1);
    EXPECT_MR(2, 2);
    EXPECT_MR(3, 0x10a);
    l4_vcon_set_attr_raw(&a);
    cr_expect(a.i_flags == 0 && a.o_flags == 0 && a.l_flags == 0x100);
    fake_reply(l4_msgtag(0, 4, 0, 0), 0, 11, 12);
    l4_vcon_get_attr(OBJ, &a);
    EXPECT_CALL(OBJ, L4_PROTO_LOG, 1, 0);
    EXPECT_MR(0, 3);
    cr_expect(a.i_flags == 11 && a.o_flags == 12);
}

Test(platform, operations)
{
    l4_platform_ctl_system_suspend(OBJ, 9);
    EXPECT_CALL(OBJ, 0, 2, 0);
    EXPECT_MR(0, 0);
    EXPECT_MR(1, 9);
    l4_platform_ctl_system_shutdown(OBJ, 1);
    EXPECT_MR(0, 1);
    EXPECT_MR(1, 1);
    l4_platform_ctl_cpu_allow_shutdown(OBJ, 2, 1);
    EXPECT_CALL(OBJ, 0, 3, 0);
    EXPECT_MR(0, 2);
    l4_platform_ctl_cpu_enable(OBJ, 2);
    EXPECT_MR(0, 3);
    l4_platform_ctl_cpu_disable(OBJ, 2);
    EXPECT_MR(0, 4);
    l4_platform_ctl_set_task_asid(OBJ, OTHER, 5);
    EXPECT_CALL(OBJ, 0, 2, 1);
    EXPECT_MR(0, 0x10);
    EXPECT_OBJ(2, OTHER);
}

Test(debugger, named_object_goes_as_item_to_the_debugger)
{
    l4_debugger_set_object_name(OTHER, "server 1");
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 3, 1);
    EXPECT_MR(0, 0x100);
    cr_expect_str_eq((const char *)&fake_last()->mr[1], "server 1");
    EXPECT_OBJ(3, OTHER);
    fake_reply(l4_msgtag(0, 1, 0, 0), 42, 0, 0);
    cr_expect_eq(l4_debugger_global_id(OTHER), 42);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 1, 1);
    EXPECT_MR(0, 0x101);
    EXPECT_OBJ(1, OTHER);
    l4_debugger_add_image_info(OTHER, 0x1100100000, "hello");
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 3, 1);
    EXPECT_MR(0, 0x107);
    EXPECT_MR(1, 0x1100100000);
    EXPECT_OBJ(3, OTHER);
}

Test(debugger, long_names_are_cut)
{
    char name[600];
    memset(name, 'n', sizeof(name));
    name[599] = 0;
    l4_debugger_set_object_name(OTHER, name);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 61, 1);
    cr_expect_eq(strlen((const char *)&fake_last()->mr[1]), 479);
    EXPECT_OBJ(61, OTHER);
}

Test(debugger, names_come_back_cut_and_terminated)
{
    char name[8], other[8];
    fake_reply_text("moe\0\0\0\0\0", 1);
    cr_expect_eq(l4_debugger_get_object_name(OTHER, name, 8), 0);
    EXPECT_MR(0, 0x108);
    cr_expect_str_eq(name, "moe");
    fake_reply_text("name service\0\0\0", 2);
    cr_expect_eq(l4_debugger_query_object_name(OBJ, 7, name, 8), 0);
    EXPECT_CALL(OBJ, L4_PROTO_DEBUGGER, 2, 0);
    EXPECT_MR(0, 0x105);
    EXPECT_MR(1, 7);
    cr_expect_str_eq(name, "name se");
    fake_reply_text("Page fault\0\0\0\0\0\0pf\0\0\0\0\0", 3);
    cr_expect_eq(l4_debugger_query_log_name(OBJ, 2, name, 8, other, 8), 0);
    EXPECT_MR(0, 0x106);
    cr_expect_str_eq(name, "Page fa");
    cr_expect_str_eq(other, "pf");
    fake_reply(l4_msgtag(-L4_ENOENT, 0, 0, 0), 0, 0, 0);
    cr_expect_eq(l4_debugger_get_object_name(OTHER, name, 8), -L4_ENOENT);
    cr_expect_eq(l4_debugger_global_id(OTHER), ~0ul);
}

Test(debugger, queries_go_to_the_given_capability)
{
    l4_umword_t count = 0, all = 0;
    fake_reply(l4_msgtag(0, 2, 0, 0), 5, 17, 0);
    l4_debugger_query_obj_infos(OBJ, 0xb3000000, 4096, 3, &count, &all);
    EXPECT_CALL(OBJ, L4_PROTO_DEBUGGER, 4, 0);
    EXPECT_MR(0, 0x110);
    EXPECT_MR(3, 3);
    cr_expect(count == 5 && all == 17);
    cr_expect_eq(l4_debugger_kobj_to_id(OBJ, 0x1000), 5);
    EXPECT_MR(0, 0x102);
    cr_expect_eq(l4_debugger_query_log_typeid(OBJ, "ipc", 0), 5);
    EXPECT_CALL(OBJ, L4_PROTO_DEBUGGER, 3, 0);
    EXPECT_MR(0, 0x103);
    l4_debugger_switch_log(OBJ, "ipc", 1);
    EXPECT_MR(0, 0x104);
    EXPECT_MR(1, 1);
    fiasco_dump_kmem_stats();
    EXPECT_MR(0, 0x500);
}

Test(kdebug, output_keeps_the_utcb)
{
    l4_utcb_mr()->mr[0] = 111;
    l4_utcb_mr()->mr[1] = 222;
    l4_utcb_mr()->mr[2] = 333;
    fake_fail(L4_IPC_ENOT_EXISTENT);
    l4_kd_outstring("hello, kernel");
    cr_expect_eq(l4_utcb_mr()->mr[0], 111);
    cr_expect_eq(l4_utcb_mr()->mr[1], 222);
    cr_expect_eq(l4_utcb_mr()->mr[2], 333);
    cr_expect_eq(l4_utcb_tcr()->error, 0);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 4, 0);
    EXPECT_MR(0, 2);
    EXPECT_MR(1, 13);
    cr_expect_arr_eq(&fake_last()->mr[2], "hello, kernel\0\0", 16);
}

Test(kdebug, long_text_takes_several_messages)
{
    char text[600];
    memset(text, 'a', sizeof(text));
    outnstring(text, sizeof(text));
    cr_expect_eq(fake_calls(), 2);
    cr_expect_eq(fake_call(0)->mr[1], 488);
    cr_expect_eq(fake_call(1)->mr[1], 112);
}

Test(kdebug, numbers_old_and_new_names)
{
    l4_kd_outdec(-3);
    EXPECT_MR(0, 8);
    EXPECT_MR(1, -3l);
    outhex32(0xabcd);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 2, 0);
    EXPECT_MR(0, 3);
    EXPECT_MR(1, 0xabcd);
    l4_kd_outhex8(0xff);
    EXPECT_MR(0, 7);
    outchar('x');
    EXPECT_MR(0, 1);
    EXPECT_MR(1, 'x');
    enter_kdebug("stop");
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 3, 0);
    EXPECT_MR(0, 0);
    outumword(0x1122334455667788);
    cr_expect_eq(fake_call(fake_calls() - 2)->mr[1], 0x11223344);
    EXPECT_MR(1, 0x55667788);
}

Test(kdebug, trace_buffer)
{
    fiasco_tbuf_log_3val("mark", 1, 2, 3);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 6, 0);
    EXPECT_MR(0, 0x204);
    EXPECT_MR(3, 3);
    EXPECT_MR(4, 4);
    cr_expect_arr_eq(&fake_last()->mr[5], "mark\0\0\0", 8);
    fiasco_tbuf_log("12345678901234567890123456789012345");
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 6, 0);
    EXPECT_MR(0, 0x201);
    EXPECT_MR(1, 32);
    fiasco_tbuf_log_binary((const unsigned char *)"abcdefghijklmnopqrstuvwx");
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 4, 0);
    EXPECT_MR(0, 0x205);
    fiasco_tbuf_clear();
    EXPECT_MR(0, 0x202);
}

Test(vitrine, marks_keep_the_message_being_built)
{
    for (unsigned i = 0; i < 8; i++)
        l4_utcb_mr()->mr[i] = 1000 + i;
    l4_vitrine_trace_mark("frame 17", 17);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 4, 0);
    EXPECT_MR(0, 0x600);
    EXPECT_MR(1, 0);
    EXPECT_MR(2, 17);
    cr_expect_arr_eq(&fake_last()->mr[3], "frame 17", 8);
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq(l4_utcb_mr()->mr[i], 1000 + i);
    l4_vitrine_trace_counter("123456789012345678901234567890123", 1);
    EXPECT_CALL(L4_BASE_DEBUGGER_CAP, L4_PROTO_DEBUGGER, 7, 0);
    EXPECT_MR(1, 3);
}

Test(vitrine, debugger_operations)
{
    int64_t ns = 5;
    l4_vitrine_report_fault(OBJ);
    EXPECT_CALL(OBJ, L4_PROTO_DEBUGGER, 1, 0);
    EXPECT_MR(0, 0x601);
    l4_vitrine_set_result(OBJ, 3);
    EXPECT_CALL(OBJ, L4_PROTO_DEBUGGER, 2, 0);
    EXPECT_MR(0, 0x602);
    EXPECT_MR(1, 3);
    l4_vitrine_end(OBJ, 4);
    EXPECT_MR(0, 0x603);
    EXPECT_MR(1, 4);
    l4_vitrine_count_fault(OBJ);
    EXPECT_MR(0, 0x605);
    EXPECT_MR(1, 1);
    fake_reply(l4_msgtag(-L4_ENOSYS, 0, 0, 0), 99, 0, 0);
    l4_vitrine_host_clock(OBJ, &ns);
    cr_expect_eq(ns, 5);
    fake_reply(l4_msgtag(0, 1, 0, 0), 99, 0, 0);
    l4_vitrine_host_clock(OBJ, &ns);
    EXPECT_MR(0, 0x604);
    cr_expect_eq(ns, 99);
}

static uint64_t bus[4];

uint64_t l4_vitrine_mmio(uint64_t address, uint64_t size, uint64_t write,
                         uint64_t value)
{
    bus[0] = address;
    bus[1] = size;
    bus[2] = write;
    bus[3] = value;
    return 0x1122334455667788;
}

Test(vitrine, registers_of_devices_go_over_the_bus)
{
    uint32_t reg;
    cr_expect_eq(mmio_read8(0x10000005), 0x88);
    cr_expect(bus[0] == 0x10000005 && bus[1] == 1 && bus[2] == 0);
    cr_expect_eq(mmio_read32(&reg), 0x55667788);
    cr_expect(bus[0] == (uintptr_t)&reg && bus[1] == 4);
    mmio_write16(0x100, 0x2345);
    cr_expect(bus[1] == 2 && bus[2] == 1 && bus[3] == 0x2345);
    mmio_write64(0x100, ~0ull);
    cr_expect(bus[1] == 8 && bus[3] == ~0ull);
}

l4_kernel_info_t const *l4_global_kip;
static l4re_env_cap_entry_t caps[] = {
    {0x16000, 0, "server"},
    {0x17000, 0, "sixteen_letters_"},
    {.flags = ~0ul},
};
static l4re_env_t environment = {.caps = caps};
l4re_env_t *l4re_global_env = &environment;

Test(env, finds_capabilities_by_whole_names)
{
    cr_expect_eq(l4re_env_get_cap("server"), 0x16000);
    cr_expect(l4_is_invalid_cap(l4re_env_get_cap("serve")));
    cr_expect(l4_is_invalid_cap(l4re_env_get_cap("servers")));
    cr_expect_eq(l4re_env_get_cap("sixteen_letters_"), 0x17000);
    cr_expect(l4_is_invalid_cap(l4re_env_get_cap("sixteen_letters_x")));
    cr_expect_eq(l4re_env_get_cap_l("server/x", 6, l4re_env()), &caps[0]);
    environment.caps = NULL;
    cr_expect(l4_is_invalid_cap(l4re_env_get_cap("server")));
}
