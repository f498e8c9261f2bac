/*
 * The boot archive: everything a machine needs besides the kernel, in one
 * file that a boot loader puts into memory (as its "initial RAM disk").
 *
 *      header | entry entry ... | file | file | ...
 *
 * tools/qemu/archive.py writes it; numbers are little endian. The first two
 * files are sigma0 and the root task. archive_open() checks every offset.
 */
#ifndef PORT_ARCHIVE_H
#define PORT_ARCHIVE_H

#include "bootstrap.h"

#define ARCHIVE_MAGIC 0x3163726172746976ull /* "vitrarc1" */

enum { ARCHIVE_HOST_CLOCK = 1 }; /* programs may measure by the clock */
enum { ARCHIVE_NAME = 48, ARCHIVE_COMMAND = 256, ARCHIVE_FILES = 128 };
enum { ARCHIVE_TASKS = 64 };

struct archive_header {
    uint64_t magic;
    uint64_t size;          /* bytes of the whole archive */
    uint32_t count;         /* entries */
    uint32_t flags;         /* ARCHIVE_... */
    uint64_t trace_records; /* of the ring; 0: no trace */
    uint64_t until_ns;      /* time limit, ~0: none */
    uint64_t seed;
    char command[ARCHIVE_COMMAND];   /* what the root task starts */
    char trace_tasks[ARCHIVE_TASKS]; /* names of those traced; "": all */
};

struct archive_entry {
    uint64_t offset, size; /* from the header */
    char name[ARCHIVE_NAME];
};
_Static_assert(sizeof(struct archive_header) == 368, "as archive.py has it");
_Static_assert(sizeof(struct archive_entry) == 64, "as archive.py has it");

/*
 * The files of the archive at `at`, of which `room` bytes are there. NULL
 * and *ret_count modules in `ret_module` (room for ARCHIVE_FILES), or why
 * not: a sentence.
 */
const char *archive_open(const void *at, uint64_t room,
                         struct bootstrap_module *ret_module,
                         unsigned *ret_count);

#endif
