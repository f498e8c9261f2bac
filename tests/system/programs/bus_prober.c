/*
 * What a program with a bus can get at, beyond what is on it: nothing.
 *
 *      rom/sys-bus-prober      capabilities: vbus (empty), disk_bus (another
 *                              driver's, which is in use)
 *
 * Prints what each attempt comes to; exit 0 if all fail as they should.
 */
#include "vbus-client.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sigma0/sigma0.h>
#include <l4/sys/factory.h>
#include <l4/vitrine/bootinfo.h>
#include <stdio.h>

static int wrong;

static void expect(const char *what, long got, long wanted)
{
    printf("%s: %s\n", what, l4sys_errtostr(got));
    wrong |= got != wanted;
}

int main(void)
{
    l4_cap_idx_t bus = l4re_env_get_cap("vbus"), session, irq;
    l4_cap_idx_t disk_bus = l4re_env_get_cap("disk_bus");
    l4_umword_t base, size, line, mode;
    l4_addr_t page = 0;
    char kind[VBUS_DEVICE_KIND_MAX + 1];
    session = l4re_util_cap_alloc();
    irq = l4re_util_cap_alloc();
    l4_factory_create_irq(l4re_env()->factory, irq);
    l4re_rm_reserve_area(&page, L4_PAGESIZE, L4RE_RM_F_SEARCH_ADDR,
                         L4_PAGESHIFT);
    l4_fpage_t place = l4_fpage(page, L4_PAGESHIFT, L4_FPAGE_RW);

    expect("another's bus", vbus_open(disk_bus, session), -L4_EBUSY);
    expect("its gate, registers", vbus_registers(disk_bus, 0, 0, place),
           -L4_ENOSYS);
    expect("its gate, interrupt", vbus_interrupt(disk_bus, 0, irq), -L4_ENOSYS);
    expect("its gate, DMA", vbus_dma(disk_bus, session), -L4_ENOSYS);
    expect("its own bus", vbus_open(bus, session), 0);
    expect("a device",
           vbus_device(session, 0, kind, &base, &size, &line, &mode),
           -L4_ENODEV);
    expect("registers", vbus_registers(session, 0, 0, place), -L4_ENODEV);
    expect("interrupt", vbus_interrupt(session, 0, irq), -L4_ENODEV);
    expect("opening twice", vbus_open(bus, irq), -L4_EBUSY);
    printf("sigma0: %s\n",
           l4_is_valid_cap(l4re_env_get_cap("sigma0")) ? "is there" : "none");
    return wrong;
}
