/*
 * Set-up, end, and what the MMU tests ask of host and model.
 */
#define _GNU_SOURCE
#include "mmu_fixture.h"
#include <sys/syscall.h>
#include <unistd.h>

struct machine m;
struct space a, b;
struct hw_user_block *block;
static int pipe_in, pipe_out;

static void setup_bounded(unsigned max_host_pages)
{
    int ends[2];

    machine_init(&m, max_host_pages);
    a = space_new(&m);
    b = space_new(&m);
    block = hw_cpu_block(m.cpu);
    space_switch(&m, &a);
    cr_assert_eq(pipe(ends), 0);
    pipe_out = ends[0];
    pipe_in = ends[1];
}

void mmu_setup(void)
{
    setup_bounded(0);
}

void mmu_setup_small(void)
{
    setup_bounded(HW_HOST_PAGES_MIN);
}

void mmu_teardown(void)
{
    const char *text = "";

    cr_assert(hw_mmu_check(m.mmu, &text), "%s", text);
    machine_destroy(&m);
}

bool host_shows(uint64_t va, uint64_t *ret_word)
{
    if (syscall(SYS_write, pipe_in, va, sizeof(*ret_word)) < 0)
        return false;
    return read(pipe_out, ret_word, sizeof(*ret_word)) == sizeof(*ret_word);
}

uint64_t host_word(uint64_t va)
{
    uint64_t word = 0;

    cr_assert(host_shows(va, &word), "nothing at %#lx", (unsigned long)va);
    return word;
}

void host_store(uint64_t va, uint64_t word)
{
    cr_assert_eq(write(pipe_in, &word, sizeof(word)), sizeof(word));
    cr_assert_eq(syscall(SYS_read, pipe_out, va, sizeof(word)), sizeof(word));
}

bool host_has(uint64_t va)
{
    uint64_t word;

    return host_shows(va, &word);
}

/* (By number: a sanitizer would look at the memory first.) */
bool host_may_write(uint64_t va)
{
    int ends[2];
    bool done = host_has(va) && !pipe(ends) &&
                syscall(SYS_write, ends[1], (void *)(uintptr_t)va, 1) == 1;

    cr_assert(done);
    done = syscall(SYS_read, ends[0], (void *)(uintptr_t)va, 1) == 1;
    close(ends[0]);
    close(ends[1]);
    return done;
}

bool may(uint64_t va, unsigned access)
{
    uint64_t fault;

    return hw_mmu_access(m.mmu, va, 1, access, &fault);
}

struct hw_tlb_entry *tlb(uint64_t va)
{
    return &block->tlb[va / PAGE % HW_TLB_ENTRIES];
}

uint64_t map_marked(struct space *s, uint64_t va, uint64_t flags, uint64_t mark)
{
    uint64_t pa = machine_frame(&m);

    *(uint64_t *)machine_at(&m, pa) = mark;
    space_map(&m, s, va, pa, flags);
    return pa;
}

struct hw_mmu_stats stats(void)
{
    struct hw_mmu_stats s;

    hw_mmu_stats(m.mmu, &s);
    return s;
}
