/*
 * The image of user code for the tests (user_image.h).
 */
#include "user_image.h"
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void give_up(const char *what, const char *name)
{
    fprintf(stderr, "user image: %s %s\n", what, name);
    abort();
}

void user_image_open(struct user_image *i)
{
    const char *name = getenv("USER_CODE");
    FILE *f = name ? fopen(name, "rb") : NULL;
    long size = -1;

    if (!f)
        give_up("cannot open", name ? name : "$USER_CODE");
    if (fseek(f, 0, SEEK_END) == 0)
        size = ftell(f);
    rewind(f);
    if (size > 0)
        i->file = malloc((size_t)size);
    i->size = (size_t)size;
    if (size <= 0 || !i->file || fread(i->file, i->size, 1, f) != 1)
        give_up("cannot read", name);
    fclose(f);
}

void user_image_close(struct user_image *i)
{
    free(i->file);
}

static void segment_load(const unsigned char *file, const Elf64_Phdr *p,
                         struct machine *m, struct space *s)
{
    uint64_t first = p->p_vaddr & ~(uint64_t)(PAGE - 1);
    uint64_t end = p->p_vaddr + p->p_memsz;
    unsigned count = (unsigned)((end - first + PAGE - 1) / PAGE);
    uint64_t pa = machine_frames(m, count);
    uint64_t rights = p->p_flags & PF_X ? PAGE_RX : PAGE_RW;
    unsigned char *at = machine_at(m, pa);

    memcpy(at + (p->p_vaddr - first), file + p->p_offset, p->p_filesz);
    for (unsigned k = 0; k < count; k++)
        space_map(m, s, first + k * PAGE, pa + k * PAGE, rights);
}

void user_image_load(const struct user_image *i, struct machine *m,
                     struct space *s)
{
    const Elf64_Ehdr *e = (const void *)i->file;
    const Elf64_Phdr *p = (const void *)(i->file + e->e_phoff);

    for (int k = 0; k < e->e_phnum; k++)
        if (p[k].p_type == PT_LOAD && p[k].p_memsz)
            segment_load(i->file, &p[k], m, s);
}

uint64_t user_image_symbol(const struct user_image *i, const char *name)
{
    const Elf64_Ehdr *e = (const void *)i->file;
    const Elf64_Shdr *section = (const void *)(i->file + e->e_shoff);

    for (int k = 0; k < e->e_shnum; k++) {
        const Elf64_Sym *symbol =
            (const void *)(i->file + section[k].sh_offset);
        const char *names;

        if (section[k].sh_type != SHT_SYMTAB)
            continue;
        names = (const char *)i->file + section[section[k].sh_link].sh_offset;
        for (uint64_t n = 0; n < section[k].sh_size / sizeof(*symbol); n++)
            if (strcmp(names + symbol[n].st_name, name) == 0)
                return symbol[n].st_value;
    }
    give_up("no symbol", name);
    return 0;
}
