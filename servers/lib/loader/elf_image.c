/*
 * ELF images (see elf_image.h): one check after the other, in the order of
 * the file, so that the first thing that is wrong is the thing reported.
 *
 * The file is not trusted: every offset is compared with its size before
 * use, by subtraction so that nothing overflows.
 *
 * Source: Tool Interface Standard, ELF specification 1.2; System V ABI
 * (gABI), chapters 4 and 5.
 */
#include "elf_image.h"
#include <l4/sys/consts.h>
#include <stddef.h>
#include <string.h>

#if defined(__x86_64__)
#define ELF_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define ELF_MACHINE EM_AARCH64
#elif defined(__riscv)
#define ELF_MACHINE EM_RISCV
#endif

#define IMAGE_MAX 0x8000000ul      /* half a slot */
#define FIXED_MAX 0x800000000000ul /* no machine has more for programs */

static const char *check_ident(const Elf64_Ehdr *h, l4_size_t size)
{
    if (size < sizeof *h || memcmp(h->e_ident, ELFMAG, SELFMAG))
        return "not an ELF file";
    if (h->e_ident[EI_CLASS] != ELFCLASS64)
        return "not a 64-bit ELF file";
    if (h->e_ident[EI_DATA] != ELFDATA2LSB)
        return "not a little-endian ELF file";
    if (h->e_machine != ELF_MACHINE)
        return "ELF file for another machine";
    if (h->e_type != ET_DYN && h->e_type != ET_EXEC)
        return "not a program (static, or static PIE)";
    return NULL;
}

static const char *check_header(const Elf64_Ehdr *h, l4_size_t seen)
{
    const char *error = check_ident(h, seen);
    if (error)
        return error;
    if (h->e_phentsize != sizeof(Elf64_Phdr) || h->e_phnum == 0)
        return "bad ELF file: no program headers";
    if (h->e_phoff > seen || h->e_phoff % 8 ||
        h->e_phnum * sizeof(Elf64_Phdr) > seen - h->e_phoff)
        return "bad ELF file: program headers not in its first page";
    return NULL;
}

static unsigned rights_of(Elf64_Word flags)
{
    return L4_FPAGE_RO | (flags & PF_W ? (unsigned)L4_FPAGE_W : 0) |
           (flags & PF_X ? (unsigned)L4_FPAGE_X : 0);
}

/* One PT_LOAD, appended to the image. */
static const char *read_segment(const Elf64_Phdr *p, l4_size_t size,
                                struct elf_image *i)
{
    if (p->p_memsz == 0)
        return NULL;
    if (p->p_filesz > p->p_memsz)
        return "bad segment: more in the file than in memory";
    if (p->p_offset > size || p->p_filesz > size - p->p_offset)
        return "bad segment: outside the file";
    if (p->p_memsz > IMAGE_MAX ||
        p->p_vaddr > (i->is_fixed ? FIXED_MAX : IMAGE_MAX))
        return "bad segment: too large";
    if (i->segment_count == ELF_SEGMENTS_MAX)
        return "bad ELF file: too many segments";
    if (p->p_flags & PF_X && p->p_flags & PF_W)
        return "bad segment: writable and executable";
    struct elf_segment s = {
        .start = l4_trunc_page(p->p_vaddr),
        .end = l4_round_page(p->p_vaddr + p->p_memsz),
        .data = p->p_vaddr,
        .data_end = p->p_vaddr + p->p_filesz,
        .file_offset = p->p_offset,
        .rights = rights_of(p->p_flags),
    };
    if (i->segment_count && s.start < i->end)
        return "bad segment: overlaps another or out of order";
    if (!i->segment_count)
        i->start = s.start;
    i->end = s.end;
    i->segment[i->segment_count++] = s;
    return i->end - i->start > IMAGE_MAX ? "bad segment: too far away" : NULL;
}

/* Where the program headers are once loaded, if a segment holds them. */
static l4_addr_t find_headers(const Elf64_Ehdr *h, const struct elf_image *i)
{
    for (unsigned n = 0; n < i->segment_count; n++) {
        const struct elf_segment *s = &i->segment[n];
        l4_size_t length = s->data_end - s->data;
        if (s->file_offset <= h->e_phoff &&
            h->e_phoff - s->file_offset < length)
            return s->data + (h->e_phoff - s->file_offset);
    }
    return 0;
}

static const char *check_entry(const struct elf_image *i)
{
    for (unsigned n = 0; n < i->segment_count; n++) {
        const struct elf_segment *s = &i->segment[n];
        if (s->start <= i->entry && i->entry < s->data_end)
            return s->rights & L4_FPAGE_X ? NULL
                                          : "bad ELF file: entry is not code";
    }
    return "bad ELF file: entry outside the program";
}

const char *elf_image_read(const void *file, l4_size_t seen, l4_size_t size,
                           struct elf_image *ret_image)
{
    const Elf64_Ehdr *h = file;
    struct elf_image *i = ret_image;
    const char *error = check_header(h, seen);
    if (error)
        return error;
    *i = (struct elf_image){
        .entry = h->e_entry,
        .is_fixed = h->e_type == ET_EXEC,
        .header_count = h->e_phnum,
        .header_size = h->e_phentsize,
    };
    const Elf64_Phdr *p = (const Elf64_Phdr *)((const char *)file + h->e_phoff);
    for (unsigned n = 0; n < h->e_phnum && !error; n++) {
        if (p[n].p_type == PT_INTERP)
            error = "needs a dynamic linker: link it statically";
        if (p[n].p_type == PT_LOAD)
            error = read_segment(&p[n], size, i);
    }
    if (error)
        return error;
    if (!i->segment_count)
        return "bad ELF file: nothing to load";
    i->headers = find_headers(h, i);
    return check_entry(i);
}
