/*
 * What the probe's parts share: one virtio device at a time, its registers, a
 * ring of eight descriptors for each of two queues, and a page of data.
 */
#ifndef PROBE_H
#define PROBE_H

#include "virtio.h"

enum { NUM = 8, STATUS_OK = 15 };
enum { D_NEXT = 1, D_WRITE = 2 };

struct rings {
    struct {
        l4_uint64_t bus;
        l4_uint32_t size;
        l4_uint16_t flags, next;
    } desc[NUM];
    l4_uint16_t avail_flags, avail_idx, avail[NUM], used_event, padding;
    l4_uint16_t used_flags, used_idx;
    struct {
        l4_uint32_t id, size;
    } used[NUM];
    l4_uint16_t avail_event;
};

struct probe {
    const char *name; /* before each line */
    struct device device;
    struct device_memory memory; /* a page of rings each, a page of data */
};

extern struct probe *probe; /* the one looked at */

/* The n-th device of this kind is looked at from now on; it is reset. p->name
 * is set. 0, or an error. */
long probe_open(enum virtio_id id, unsigned n, l4_umword_t label,
                struct probe *p);

l4_uint32_t get(unsigned offset);
void put(unsigned offset, l4_uint32_t value);
volatile struct rings *rings(unsigned queue);
char *data(void); /* a page */
l4_uint64_t bus_of(const volatile void *p);
void say(const char *what, unsigned long value);

/* What every virtio device has. */
void identity(void);
void features(l4_uint64_t known);
void queue_registers(unsigned queues);
/* From reset to running; more features than there are may be asked for. */
void start(l4_uint64_t wanted, unsigned queues);

/* Descriptor i of the queue. */
void describe(unsigned queue, unsigned i, const void *p, unsigned size,
              unsigned flags, unsigned next);
void offer(unsigned queue, unsigned head);
/* False: none came in time. */
bool interrupt(void);
/* What came of the offer. */
void outcome(unsigned queue, const char *what);

/* The parts. */
void probe_block(void);
void probe_gpu(void);
/* To be called last: leaves a picture on the screen. */
void probe_gpu_picture(void);
void probe_input(void);

#endif
