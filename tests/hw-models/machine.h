/*
 * A small machine for the tests: RAM, MMU, one CPU, tables built by hand.
 *
 * Frames are handed out in order from the start of RAM and never taken back.
 */
#ifndef TEST_MACHINE_H
#define TEST_MACHINE_H

#include "cpu.h"
#include "mmu.h"
#include "ram.h"

enum { PAGE = 4096 };
#define USER_START 0x1000000000ull
#define USER_END   0x1210000000ull /* small: qemu-user counts its pages */
#define RAM_BASE   0x1000000000ull
#define RAM_SIZE   (32ull << 20)
/* Rights of a user page; add HW_PTE_DIRTY where a test wants it. */
#define PAGE_R   (HW_PTE_VALID | HW_PTE_USER | HW_PTE_LEAF | HW_PTE_R)
#define PAGE_RW  (PAGE_R | HW_PTE_W)
#define PAGE_RX  (PAGE_R | HW_PTE_X)
#define PAGE_RWX (PAGE_RW | HW_PTE_X)

struct machine {
    struct hw_ram ram;
    struct hw_mmu *mmu;
    struct hw_cpu *cpu;
    uint64_t next_frame;
};

struct space {
    uint64_t root;
    uint32_t cache;
};

/* Aborts when the host refuses. max_host_pages as for hw_mmu_new(). */
void machine_init(struct machine *m, unsigned max_host_pages);
void machine_destroy(struct machine *m);
/* Physical address of a zeroed frame. */
uint64_t machine_frame(struct machine *m);
uint64_t machine_frames(struct machine *m, unsigned count);
void *machine_at(struct machine *m, uint64_t pa);

struct space space_new(struct machine *m);
/* The L0 (order 12) or L1 (order 21) entry for va, tables made as needed. */
uint64_t *space_entry(struct machine *m, const struct space *s, uint64_t va,
                      unsigned order);
void space_map(struct machine *m, const struct space *s, uint64_t va,
               uint64_t pa, uint64_t flags);
void space_unmap(struct machine *m, const struct space *s, uint64_t va);
void space_switch(struct machine *m, struct space *s);

#endif
