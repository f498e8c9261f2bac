/*
 * ELF images: what is in a program's file, thoroughly checked.
 */
#ifndef LOADER_ELF_IMAGE_H
#define LOADER_ELF_IMAGE_H

#include <l4/sys/types.h>
#include <elf.h>

enum { ELF_SEGMENTS_MAX = 16 };

/* A loadable segment, page rounded; addresses as linked. */
struct elf_segment {
    l4_addr_t start, end;     /* pages, [start, end) */
    l4_addr_t data, data_end; /* what the file fills, exact */
    l4_addr_t file_offset;    /* of data */
    unsigned rights;          /* L4_FPAGE_* */
};

struct elf_image {
    l4_addr_t start, end; /* all segments, pages */
    l4_addr_t entry;
    int is_fixed;      /* linked to these addresses: not to be moved */
    l4_addr_t headers; /* program headers in memory, 0: not loaded */
    unsigned header_count, header_size;
    unsigned segment_count;
    struct elf_segment segment[ELF_SEGMENTS_MAX]; /* ascending */
};

/*
 * Reads a file of `size` bytes, of which the first `seen` are at `file`: the
 * ELF header and, right behind it, the program headers. NULL: *ret_image is
 * filled, else one clear text of what is wrong with the file, *ret_image is
 * undefined.
 */
const char *elf_image_read(const void *file, l4_size_t seen, l4_size_t size,
                           struct elf_image *ret_image);

#endif
