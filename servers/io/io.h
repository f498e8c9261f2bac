/*
 * io: what its parts share.
 *
 *   devices ---> buses (Lua) ---> gate ---> session ---> registers,
 *   of the machine                          of a driver  interrupts, DMA
 *
 * A driver may hold up the machine's sleep and end (holder.h, power.h).
 *
 * I1  a device is on one bus at most, and shares no page of registers with a
 *     device of another bus, unless the description allows it.
 * I2  a bus has one session at most.
 */
#ifndef IO_H
#define IO_H

#include "device.h"
#include <l4/re/c/dma_space.h>
#include "holder.h"
#include "vbus-server.h"

enum { DEVICES_MAX = 64, BUSES_MAX = 8, BUS_DEVICES = 8, IO_NAME_MAX = 40 };

struct io_device {
    struct l4_vitrine_device what;
    const char *kind;    /* what descriptions call it */
    l4_addr_t registers; /* here; mapped when it is put on a bus */
    bool is_virtio;
    struct bus *bus; /* NULL: nobody's */
};

struct bus {
    struct l4re_session gate; /* first */
    char name[IO_NAME_MAX];
    struct io_device *device[BUS_DEVICES];
    unsigned devices;
    struct l4re_session session;
    bool is_open;
    struct l4re_session icu; /* vicu.h */
    bool icu_is_open;
    l4re_dma_space_t dma; /* of the session */
    struct holder holder; /* its driver, as one that holds up sleep and end */
};

struct io {
    struct l4re_server server;
    struct io_device device[DEVICES_MAX];
    unsigned devices;
    struct bus bus[BUSES_MAX];
    unsigned buses;
};

extern struct io io;

/* --- device.c: which devices the machine has */

void devices_find(void);
/* The n-th device of this kind; NULL: there are not so many. */
struct io_device *device_of_kind(const char *kind, unsigned n);
/* Another bus than b with a device in the same page of registers; NULL: none.
 */
const struct bus *device_page_shared(const struct io_device *d,
                                     const struct bus *b);
/* Puts it on the bus. NULL, or what speaks against it. */
const char *device_give(struct io_device *d, struct bus *b);

/* --- quiet.c: devices whose driver is gone */

/* Gets what will be needed to make it quiet, when it is put on a bus. 0, or an
 * error. */
long quiet_prepare(const struct io_device *d);
/* It does nothing any more of what it was told: no interrupt, no memory read
 * or written. */
void device_quiet(const struct io_device *d);

/* --- bus.c: what drivers may ask */

/* A bus, served at the environment's gate of that name. NULL: no such gate, or
 * too many buses. */
struct bus *bus_new(const char *name);
/* The bus whose gate or session that is. */
struct bus *bus_asked(struct l4re_session *session);

/* --- description.c: Lua */

/* Runs the description. False: it has told what is wrong. */
bool description_run(const char *text);

#endif
