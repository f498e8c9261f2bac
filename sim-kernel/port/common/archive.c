/*
 * Reading a boot archive (see archive.h).
 */
#include "archive.h"
#include <string.h>

static bool text_ends(const char *text, size_t room)
{
    while (room--)
        if (!*text++)
            return true;
    return false;
}

const char *archive_open(const void *at, uint64_t room,
                         struct bootstrap_module *ret_module,
                         unsigned *ret_count)
{
    const struct archive_header *h = at;
    const struct archive_entry *e = (const void *)(h + 1);
    if (room < sizeof(*h) || h->magic != ARCHIVE_MAGIC)
        return "there is no boot archive (QEMU: -initrd FILE)";
    if (h->size > room || h->size < sizeof(*h))
        return "the boot archive is cut short";
    if (h->count > ARCHIVE_FILES ||
        h->count > (h->size - sizeof(*h)) / sizeof(*e))
        return "the boot archive has too many files";
    if (!text_ends(h->command, sizeof(h->command)))
        return "the boot archive's command has no end";
    for (unsigned i = 0; i < h->count; i++) {
        if (e[i].offset > h->size || e[i].size > h->size - e[i].offset ||
            e[i].offset % 16 || !text_ends(e[i].name, ARCHIVE_NAME))
            return "a file of the boot archive lies outside it";
        ret_module[i] = (struct bootstrap_module){
            .name = e[i].name,
            .data = (const char *)at + e[i].offset,
            .size = e[i].size,
        };
    }
    *ret_count = h->count;
    return NULL;
}
