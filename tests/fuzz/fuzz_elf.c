/*
 * Programs' files, as the loader reads them: what elf_image_read() accepts has
 * its segments in order, within the file and within what is mapped.
 */
#include "../../servers/lib/loader/elf_image.h"
#include "input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

static void check(const struct elf_image *image, size_t size)
{
    l4_addr_t last = image->start;
    require(image->segment_count && image->segment_count <= ELF_SEGMENTS_MAX,
            "how many segments");
    for (unsigned i = 0; i < image->segment_count; i++) {
        const struct elf_segment *s = &image->segment[i];
        require(s->start >= last && s->end > s->start && s->end <= image->end,
                "segments in order");
        require(s->data >= s->start && s->data_end >= s->data &&
                    s->data_end <= s->end,
                "what the file fills is inside");
        require(s->file_offset <= size &&
                    s->data_end - s->data <= size - s->file_offset,
                "and is in the file");
        last = s->end;
    }
}

/* Two bytes: how large the file says to be beyond what is seen. */
void fuzz_one(void)
{
    struct elf_image image;
    size_t more = input_byte() << 8;
    size_t seen = (size_t)(input_end - input_at);
    void *file = malloc(seen + 1);
    memcpy(file, input_at, seen);
    if (!elf_image_read(file, seen, seen + more, &image))
        check(&image, seen + more);
    free(file);
}
