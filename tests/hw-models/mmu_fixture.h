/*
 * The machine the MMU tests run on: one CPU, two spaces, the first of which
 * runs.
 *
 * What the host shows at a user address is read through the system call
 * interface, which answers EFAULT where nothing is mapped.
 */
#ifndef VITRINE_TESTS_MMU_FIXTURE_H
#define VITRINE_TESTS_MMU_FIXTURE_H

#include "machine.h"
#include "mmu_host.h"
#include <criterion/criterion.h>

#define VA  0x1100000000ull
#define VA2 0x1200000000ull

extern struct machine m;
extern struct space a, b;
extern struct hw_user_block *block;

void mmu_setup(void);
void mmu_setup_small(void); /* HW_HOST_PAGES_MIN pages of the host */
void mmu_teardown(void);

/* The word the host shows at a user address; false: nothing mapped. */
bool host_shows(uint64_t va, uint64_t *ret_word);

/* Aborts the test where nothing is mapped. (A plain load would do but for
 * AddressSanitizer, to which these addresses are forbidden.) */
uint64_t host_word(uint64_t va);

void host_store(uint64_t va, uint64_t word);
bool host_has(uint64_t va);

/* The host's kernel tries it, with what is there already. */
bool host_may_write(uint64_t va);

/* Does the model permit it? */
bool may(uint64_t va, unsigned access);

struct hw_tlb_entry *tlb(uint64_t va);

/* A new frame with `mark` in its first word, mapped at va: its address. */
uint64_t map_marked(struct space *s, uint64_t va, uint64_t flags,
                    uint64_t mark);

struct hw_mmu_stats stats(void);

#endif
