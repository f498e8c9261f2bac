/*
 * What every driver needs: which devices there are, their registers, their
 * interrupts, memory they can reach.
 *
 *   rom/bootinfo --device_find()--> {base, irq}    capabilities it takes:
 *   sigma0       --device_open()--> registers      "rom", "sigma0", "icu"
 *   icu          ------ " -------> interrupt, bound to a thread
 *   mem_alloc    --device_memory()-> memory, with the address a device uses
 *
 * A program with a capability `vbus` has all this from there instead: the
 * devices of a virtual bus (servers/io), and no others. Drivers need not know.
 */
#ifndef DRIVERS_DEVICE_H
#define DRIVERS_DEVICE_H

#include <l4/re/c/dataspace.h>
#include <l4/sys/types.h>
#include <l4/vitrine/bootinfo.h>
#include <stdbool.h>

struct device {
    struct l4_vitrine_device what;
    l4_addr_t registers; /* as this program sees them */
    l4_cap_idx_t irq;    /* bound to the thread of device_open() */
    bool armed;          /* unmasked, and has not hit since */
};

/* Memory that a device reads and writes, in one piece, zeroed. */
struct device_memory {
    l4re_ds_t ds;
    void *at;        /* as this program sees it */
    l4_uint64_t bus; /* as a device does */
    l4_size_t size;
};

/* The n-th device there is. 0, or -L4_ENODEV. */
long device_number(unsigned n, struct l4_vitrine_device *ret_device);
/* The n-th device of this kind (the device tree's name, as "virtio,mmio"), by
 * base. 0, -L4_ENODEV: there are not so many, or an error. */
long device_find(const char *compatible, unsigned n,
                 struct l4_vitrine_device *ret_device);
/* The device with its registers at `base`. 0, -L4_ENODEV, or an error. */
long device_at(l4_addr_t base, struct l4_vitrine_device *ret_device);
/* A virtio device's line is a level, also where the machine's tree says edge
 * (QEMU's for Arm): it is up until the driver acknowledges. Only a level's line
 * is masked as it hits, so that a driver without work can leave it so. */
void device_level(struct l4_vitrine_device *d);

/* Maps the registers. 0, or -L4_ENXIO: sigma0 does not give them. */
long device_map(const struct l4_vitrine_device *d, l4_addr_t *ret_registers);
void device_unmap(const struct l4_vitrine_device *d, l4_addr_t registers);
/*
 * Maps the registers and lets the interrupt come to `thread` as a message with
 * `label`. It is masked until device_wait() or l4_irq_unmask(). 0, or an
 * error and in *ret_what what it was about.
 */
long device_open(struct device *d, const struct l4_vitrine_device *what,
                 l4_cap_idx_t thread, l4_umword_t label, const char **ret_what);
/* Waits for the interrupt, which may come from now on (the last one has been
 * dealt with); false: not within the timeout. For threads that wait for
 * nothing else. */
bool device_wait(struct device *d, l4_timeout_t timeout);

/* 0, -L4_ENOMEM, or an error. */
long device_memory(l4_size_t size, struct device_memory *ret_memory);

/*
 * Somebody else's memory, for a device to read and write: where the device
 * finds the first `size` bytes of `ds`. 0, -L4_EINVAL: it is no dataspace or
 * not in one piece, -L4_ERANGE: it is smaller, -L4_EPERM: read only.
 */
long device_share(l4re_ds_t ds, l4_size_t size, l4_uint64_t *ret_bus);
/* The device is done with it. */
void device_unshare(l4_uint64_t bus, l4_size_t size);

#endif
