/*
 * Loader: from a file in `rom` to a running, isolated task.
 */
#ifndef LOADER_LOADER_H
#define LOADER_LOADER_H

#include <l4/sys/types.h>

/* A named capability for the new program. */
struct loader_cap {
    const char *name;    /* at most 15 bytes */
    l4_cap_idx_t cap;    /* the loader's */
    unsigned rights;     /* L4_CAP_FPAGE_* */
    unsigned attributes; /* of the send item: L4_CAP_SERVER_ATTRIBUTE.. */
};

/* As kernel_limit and object_limit. */
enum { LOADER_SHARE = 0xffffffff };

/* Gives the server right of a gate: bind it, take its local labels. */
enum { LOADER_ATTRIBUTE_SERVER = 0x20 };

/*
 * What is to be started. Fields left 0 are optional; the loader's own
 * environment then gives the capability.
 */
struct loader_request {
    int argc;                /* at least 1 */
    const char *const *argv; /* argv[0]: the file, "rom/hello" */
    const char *file;        /* "rom/hello"; NULL: argv[0] */
    l4_cap_idx_t image;      /* dataspace with the file; 0: `file` says where */
    const char *name;        /* for people; NULL: the file's */
    const char *const *envp; /* ends with NULL; NULL: empty */
    const struct loader_cap *caps;
    unsigned cap_count;
    l4_cap_idx_t parent; /* gate for its end and its faults */
    l4_cap_idx_t log, factory, mem_alloc, scheduler; /* 0: own */
    l4_size_t memory_limit; /* bytes it may allocate, 0: none */
    /* Kernel memory (its task, page tables, threads, ...): a factory of its
     * own with so many bytes of the loader's; 0: it shares the loader's.
     * LOADER_SHARE: a part of what is left of that (moe/factory.c). */
    l4_size_t kernel_limit;
    unsigned object_limit; /* objects and names in moe, of the loader's; 0: it
                              shares the loader's; or LOADER_SHARE */
    unsigned priority;     /* 0: 2 */
    l4_umword_t quantum;   /* us, 0: the kernel's */
    l4_size_t stack_size;  /* 0: 64 KiB */
};

enum { LOADER_NAMED_MAX = 72, LOADER_NAME = 15 };

/* A started program; the capabilities are the loader's. */
struct loader_app {
    l4_cap_idx_t task, thread, rm, allocator;
    l4_cap_idx_t factory;   /* while it is started; 0: none of its own */
    l4_umword_t first_free; /* slot behind what it was given */
    unsigned named_count;
    struct loader_named {
        l4_umword_t slot;
        l4_cap_idx_t given;               /* the loader's */
        unsigned char rights, attributes; /* as in struct loader_cap */
        char name[LOADER_NAME + 1];
    } named[LOADER_NAMED_MAX];
};

struct loader_error {
    char text[128]; /* one line, names the file */
};

/*
 * Starts it. 0, or a negative L4 error with *ret_error filled; then nothing
 * of the program is left and *ret_app is undefined. The program's memory is
 * charged to an allocator of its own made from mem_alloc.
 */
long loader_start(const struct loader_request *r, struct loader_app *ret_app,
                  struct loader_error *ret_error);
/* The program ends at once: task, thread, memory and capabilities are
 * deleted. */
void loader_kill(struct loader_app *app);
/* Puts `cap`, which is the loader's, where the program was given it at its
 * start, if there is nothing now (the object of then has ended). */
long loader_give_again(const struct loader_app *app, l4_cap_idx_t cap);

#endif
