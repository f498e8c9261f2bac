/*
 * What tests may set in the fake port, and look at.
 */
#ifndef FAKE_PORT_H
#define FAKE_PORT_H

#include <port.h>

enum { FAKE_IRQS = 32, FAKE_CONSOLE = 4096, FAKE_TRACE = 1 << 16 };

struct fake_port {
    uint64_t time;  /* what port_time() says */
    uint64_t timer; /* last port_timer_set(), ~0 */
    uint64_t seed;  /* of port_vary() */
    char console[FAKE_CONSOLE];
    size_t console_used;
    const char *input; /* for port_console_read() */
    bool listens;      /* port_console_listen() was called */
    bool irq_masked[FAKE_IRQS];
    unsigned irq_acks[FAKE_IRQS];
    unsigned irq_mode[FAKE_IRQS];
    bool irq_waits;       /* what port_irq_pending() says */
    uint64_t points;      /* after how many questions it does, 0: never */
    void (*on_irq)(void); /* what the interrupt does when it is served */
    bool drains;          /* port_trace_drain() takes records */
    size_t drained;       /* records it took so far */
    unsigned ipis[32], stops[32]; /* calls of port_ipi(), _stop() */
    uint64_t maps;                /* calls of port_space_map(), _protect() */
    uint64_t protects;
};
extern struct fake_port fake;

struct fake_entry { /* of a page table */
    paddr_t pa;
    unsigned order, rights, attributes;
};

/* What the MMU would find at va; false: nothing. */
bool fake_space_lookup(const struct port_space *s, uaddr_t va,
                       struct fake_entry *ret_entry);
/* Number of entries (pages of either size) in the page table. */
size_t fake_space_count(const struct port_space *s);
/* Somebody reads or writes at va, which must be mapped. */
void fake_space_touch(struct port_space *s, uaddr_t va, bool write);
/* Record i of those drained (struct vtr_record). */
const void *fake_trace_record(size_t i);

/* Page-table frames when the core has no tasks: charged to this quota. The
 * core's own core_table_alloc() takes precedence where it is linked in. */
extern struct quota *fake_table_quota;

#endif
