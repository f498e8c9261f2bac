/*
 * Kenge: what a program needs that has no server below it.
 *
 *      int main(int argc, char **argv)
 *      {
 *          kenge_print("hello, %s\n", argv[0]);
 *          return 0;
 *      }
 *
 * The kernel starts such a program as its only one: all memory and devices
 * are mapped 1:1 in its task, and it has the root task's capabilities
 * (L4_BASE_...). String functions are the C library's; what is not here or
 * there (malloc, stdio, files) would need a server and does not link.
 *
 * Source: the L4 kit of this name, as SYSTEMS.md describes it; the interface
 * is ours.
 */
#ifndef KENGE_H
#define KENGE_H

#include <l4/sys/consts.h>
#include <l4/sys/kip.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <stddef.h>

L4_BEGIN_DECLS

/* On the console: %d %u %x %lu %ld %lx %p %s %c %%, with a width and 0 in
 * front of it. One line is one message. */
void kenge_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The program and the system end with this code. main() returning does it. */
_Noreturn void kenge_exit(int code);

/* `count` pages in one piece, zeroed, for ever; NULL: there are no more. Not
 * for two threads at once. */
void *kenge_pages(size_t count);

/* A capability slot nobody has used; never given back. */
l4_cap_idx_t kenge_cap(void);

/*
 * A thread of this task that runs function(argument) on a stack of its own
 * pages, with this priority. It may use the bindings and what is here; it
 * ends by never returning. 0, -L4_ENOMEM (three threads besides the first have
 * a UTCB), or the kernel's error.
 */
long kenge_thread(void (*function)(void *), void *argument, unsigned priority,
                  l4_cap_idx_t *ret_thread);

L4_END_DECLS

#endif
