/*
 * The fake port's calls. Page-table entries are one word: frame, attributes
 * << 8, order bit, used bits, rights; 0 is no entry.
 */
#include "fake_port.h"

#include <kmem.h>
#include <l4/sys/err.h>
#include <l4/vitrine/trace_events.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_port fake = {.timer = ~0ul};
unsigned port_fake_cpu;
uint64_t port_fake_work;
struct port_space *port_fake_active[32];
struct quota *fake_table_quota;

static struct vtr_record trace[FAKE_TRACE];

struct fake_region {
    struct fake_region *next;
    uaddr_t va;
    word_t super;  /* entry of the whole region, 0: none */
    word_t *table; /* or a table of entries */
};

enum { ENTRIES = 512, USED_SHIFT = 3 };

/* --- page tables ------------------------------------------------------- */

static word_t entry_make(paddr_t pa, unsigned rights, unsigned attributes)
{
    return pa | attributes << 8 | rights;
}

static struct fake_region *region_find(const struct port_space *s, uaddr_t va)
{
    struct fake_region *r = s->regions;
    while (r && r->va != va >> SUPERPAGE_ORDER)
        r = r->next;
    return r;
}

static struct fake_region *region_make(struct port_space *s, uaddr_t va)
{
    struct fake_region *r = region_find(s, va);
    if (r)
        return r;
    r = calloc(1, sizeof(*r));
    r->va = va >> SUPERPAGE_ORDER;
    r->next = s->regions;
    s->regions = r;
    return r;
}

static unsigned table_index(uaddr_t va)
{
    return va >> PAGE_ORDER & (ENTRIES - 1);
}

/* The word of the entry at va; NULL: there is none. */
static word_t *entry_find(const struct port_space *s, uaddr_t va,
                          unsigned *ret_order)
{
    struct fake_region *r = region_find(s, va);
    *ret_order = SUPERPAGE_ORDER;
    if (r && r->super)
        return &r->super;
    *ret_order = PAGE_ORDER;
    if (r && r->table && r->table[table_index(va)])
        return &r->table[table_index(va)];
    return NULL;
}

int port_space_init(struct port_space *s)
{
    s->regions = NULL;
    return 0;
}

bool port_space_destroy(struct port_space *s)
{
    struct fake_region *r = s->regions;
    if (!r)
        return true;
    s->regions = r->next;
    if (r->table)
        core_table_free(s, r->table);
    free(r);
    return s->regions == NULL;
}

int port_space_map(struct port_space *s, uaddr_t va, paddr_t pa, unsigned order,
                   unsigned rights, unsigned attributes)
{
    struct fake_region *r = region_make(s, va);
    fake.maps++;
    if (((va | pa) & ((1ul << order) - 1)) || !rights)
        port_panic(__FILE__, __LINE__, "page not aligned, or no rights");
    if (order == SUPERPAGE_ORDER) {
        if (r->table)
            core_table_free(s, r->table);
        r->table = NULL;
        r->super = entry_make(pa, rights, attributes);
        return 0;
    }
    if (!r->table && !(r->table = core_table_alloc(s)))
        return -L4_ENOMEM;
    r->super = 0;
    r->table[table_index(va)] = entry_make(pa, rights, attributes);
    return 0;
}

unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights)
{
    unsigned found;
    word_t *e = entry_find(s, va, &found);
    fake.protects++;
    if (!e || found != order)
        port_panic(__FILE__, __LINE__, "no such page-table entry");
    unsigned used = *e >> USED_SHIFT & RIGHT_RWX;
    *e = rights ? (*e & ~0x3ful) | rights : 0;
    return used;
}

bool fake_space_lookup(const struct port_space *s, uaddr_t va,
                       struct fake_entry *ret_entry)
{
    unsigned order;
    word_t *e = entry_find(s, va, &order);
    if (!e)
        return false;
    *ret_entry = (struct fake_entry){.pa = *e & ~0xffful,
                                     .order = order,
                                     .rights = *e & RIGHT_RWX,
                                     .attributes = *e >> 8 & 0xf};
    return true;
}

size_t fake_space_count(const struct port_space *s)
{
    size_t count = 0;
    for (struct fake_region *r = s->regions; r; r = r->next) {
        count += r->super != 0;
        for (unsigned i = 0; r->table && i < ENTRIES; i++)
            count += r->table[i] != 0;
    }
    return count;
}

void fake_space_touch(struct port_space *s, uaddr_t va, bool write)
{
    unsigned order, used = write ? RIGHT_R | RIGHT_W : RIGHT_R;
    *entry_find(s, va, &order) |= used << USED_SHIFT;
}

__attribute__((weak)) void *core_table_alloc(struct port_space *s)
{
    (void)s;
    return kmem_alloc(fake_table_quota, PAGE_SIZE);
}

__attribute__((weak)) void core_table_free(struct port_space *s, void *table)
{
    (void)s;
    kmem_free(fake_table_quota, table, PAGE_SIZE);
}

/* --- time, console, end ------------------------------------------------- */

uint64_t port_time(void)
{
    return fake.time;
}

void port_timer_set(uint64_t when)
{
    fake.timer = when;
}

/* A linear congruential generator, as good as tests need. */
unsigned port_vary(unsigned range)
{
    if (fake.seed == 0 || range == 0)
        return 0;
    fake.seed = fake.seed * 6364136223846793005ul + 1442695040888963407ul;
    return (unsigned)(fake.seed >> 33) % range;
}

void port_ipi(unsigned cpu)
{
    if (cpu == port_fake_cpu)
        port_panic(__FILE__, __LINE__, "interrupt to the own CPU");
    fake.ipis[cpu]++;
}

void port_stop(unsigned cpu)
{
    if (cpu == port_fake_cpu)
        port_panic(__FILE__, __LINE__, "a CPU cannot stop itself");
    fake.stops[cpu]++;
}

void port_console_write(const char *text, size_t length)
{
    size_t room = FAKE_CONSOLE - 1 - fake.console_used;
    if (length > room)
        length = room;
    memcpy(fake.console + fake.console_used, text, length);
    fake.console_used += length;
}

int port_console_read(void)
{
    return fake.input && *fake.input ? (unsigned char)*fake.input++ : -1;
}

void port_console_listen(void)
{
    fake.listens = true;
}

_Noreturn void port_shutdown(unsigned reason, int result)
{
    exit(reason == VTR_END_RESULT ? result : 1);
}

_Noreturn void port_panic(const char *file, int line, const char *text)
{
    fprintf(stderr, "panic: %s:%d: %s\n", file, line, text);
    abort();
}

/* --- frames ------------------------------------------------------------- */

void port_frame_init(struct port_frame *f)
{
    memset(f, 0, sizeof(*f));
}

void port_frame_release(struct port_frame *f)
{
    f->released = true;
}

void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp)
{
    f->ip = ip;
    f->sp = sp;
}

void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb)
{
    f->utcb = utcb;
}

void port_frame_set_tp(struct port_frame *f, word_t base)
{
    f->tp = base;
}

void port_frame_set_arg(struct port_frame *f, word_t value)
{
    f->arg = value;
}

long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words)
{
    (void)f;
    (void)mr;
    (void)words;
    (void)ret_words;
    return -L4_ENOSYS;
}

void port_clock_code(void *code)
{
    (void)code;
}

void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from)
{
    to->fpu = from->fpu;
}

void port_frame_allow_fpu(struct port_frame *f, bool on)
{
    f->no_fpu = !on;
}

unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr)
{
    mr[0] = f->ip;
    mr[1] = f->sp;
    mr[2] = trap->cause;
    mr[3] = trap->address;
    return 4;
}

void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words)
{
    if (words > 0)
        f->ip = mr[0];
    if (words > 1)
        f->sp = mr[1];
}

/* --- interrupts --------------------------------------------------------- */

void port_irq_mask(unsigned line)
{
    fake.irq_masked[line] = true;
}

void port_irq_unmask(unsigned line)
{
    fake.irq_masked[line] = false;
}

void port_irq_ack(unsigned line)
{
    fake.irq_acks[line]++;
}

int port_irq_set_mode(unsigned line, unsigned mode)
{
    if (line >= FAKE_IRQS)
        return -L4_EINVAL;
    fake.irq_mode[line] = mode;
    return 0;
}

bool port_irq_pending(void)
{
    if (fake.points && --fake.points == 0)
        fake.irq_waits = true;
    return fake.irq_waits;
}

/* --- watchers ----------------------------------------------------------- */

bool port_trace_drain(const void *first, size_t count)
{
    if (!fake.drains || fake.drained + count > FAKE_TRACE)
        return false;
    memcpy(&trace[fake.drained], first, count * sizeof(trace[0]));
    fake.drained += count;
    return true;
}

const void *fake_trace_record(size_t i)
{
    return &trace[i];
}

void port_image_loaded(const struct port_space *s, uint32_t task, uaddr_t base,
                       const char *name)
{
    (void)s, (void)task, (void)base, (void)name;
}

void port_fault_report(uint32_t thread, uint32_t task, const char *task_name,
                       const struct port_trap *trap,
                       const struct port_frame *frame)
{
    (void)thread, (void)task, (void)task_name, (void)trap, (void)frame;
}

int64_t port_host_ns(void)
{
    return -1;
}
