/*
 * Where the C library's needs can be met otherwise: by the root task.
 *
 * The library asks these functions for pages and for the end of a program.
 * glue/pages.c and glue/exit.c define them for programs with an L4Re
 * environment (a region map, a parent). A program that is such an
 * environment itself, moe, defines them and gets its own: the linker takes
 * the library's files only for what is still missing, so define either all
 * functions of a group or none.
 *
 * Calls come from any thread that uses the C library, never two of one group
 * at once (group 1 is called under the library's memory lock). They must not
 * allocate from the C library.
 */
#ifndef VITRINE_LIBC_H
#define VITRINE_LIBC_H

/*
 * Group 1: pages. Sizes and addresses are multiples of 4096. All return 0 or
 * a negative error (-ENOMEM, -ENOSYS).
 */

/* `size` bytes of zeroed, readable, writable memory; the address out. */
int vitrine_pages_map(void **ret_address, unsigned long size);

/* The same at a place where nothing is mapped or reserved. */
int vitrine_pages_map_at(void *address, unsigned long size);

/* Give back memory: all of it was given by these functions, in one or more
 * pieces. */
int vitrine_pages_unmap(void *address, unsigned long size);

/* What may be done with memory: PROT_* of <sys/mman.h>; 0: nothing. */
int vitrine_pages_protect(void *address, unsigned long size, int prot);

/* An address range without memory; -ENOSYS: not offered, map is used. */
int vitrine_pages_reserve(void **ret_address, unsigned long size);

/* The same at a place where nothing is mapped or reserved. */
int vitrine_pages_reserve_at(void *address, unsigned long size);

/* Zeroed memory at a place inside a reserved range. */
int vitrine_pages_commit(void *address, unsigned long size);

/* Give back a reserved range or part of one; all memory in it has been
 * unmapped. */
int vitrine_pages_release(void *address, unsigned long size);

/* Group 2: the end. */

/* The program is over; `code` as of exit(). Does not return. */
_Noreturn void vitrine_program_end(int code);

#endif
