/*
 * Which program's image is where in which task, and which host file each boot
 * module came from: what gdb and symbols.c ask. The loader tells
 * (l4_debugger_add_image_info).
 */
#include "images.h"
#include <stdlib.h>
#include <string.h>

enum { IMAGES_MAX = 4096 };

static struct {
    struct image image[IMAGES_MAX];
    unsigned image_count;
    struct module *modules;
} images;

void symbols_module(const char *name, const char *path)
{
    struct module *m = calloc(1, sizeof(*m));
    if (m) {
        *m = (struct module){.name = strdup(name),
                             .path = realpath(path, NULL),
                             .next = images.modules};
        images.modules = m;
    }
    if (!m || !m->name || !m->path)
        sim_die("out of memory");
}

static struct module *module_find(const char *name)
{
    for (struct module *m = images.modules; m; m = m->next)
        if (!strcmp(m->name, name))
            return m;
    return NULL;
}

const char *symbols_path(const char *name)
{
    struct module *m = module_find(name);
    return m ? m->path : NULL;
}

void symbols_add(uint32_t task, uint64_t base, const char *name)
{
    struct module *m = module_find(name);
    if (m && images.image_count < IMAGES_MAX)
        images.image[images.image_count++] = (struct image){task, base, m};
}

void symbols_each(void (*visit)(uint32_t task, uint64_t base))
{
    for (unsigned i = 0; i < images.image_count; i++)
        visit(images.image[i].task, images.image[i].base);
}

const struct image *image_below(uint32_t task, uint64_t ip)
{
    const struct image *best = NULL;
    for (unsigned i = 0; i < images.image_count; i++) {
        const struct image *m = &images.image[i];
        if (m->task == task && m->base <= ip && (!best || m->base > best->base))
            best = m;
    }
    return best;
}
