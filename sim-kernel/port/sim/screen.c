/*
 * The simulated machine's screen: a virtio GPU, or (--screen FILE,ramfb) a
 * picture in RAM, of which its driver tells the firmware configuration device
 * (hw-models/fw_cfg.h). What it shows at the end of the run goes to the file of
 * --screen, as a PPM picture.
 */
#include "machine.h"
#include "fw_cfg.h"
#include "virtio_gpu.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIXEL = 4, BLUE = 0, GREEN = 1, RED = 2 };

static struct hw_fw_cfg ramfb;
static struct hw_virtio_gpu gpu;
static const char ramfb_word[] = ",ramfb";

/* The file's name without what may follow. */
static size_t name_length(void)
{
    size_t all = strlen(sim_options.screen), word = sizeof(ramfb_word) - 1;
    bool ends =
        all > word && !strcmp(sim_options.screen + all - word, ramfb_word);
    return ends ? all - word : all;
}

bool screen_is_ramfb(void)
{
    return sim_options.screen && sim_options.screen[name_length()];
}

bool screen_is_gpu(void)
{
    return sim_options.screen && !screen_is_ramfb();
}

struct hw_fw_cfg *screen_ramfb(const struct hw_ram *ram)
{
    hw_fw_cfg_init(&ramfb, ram);
    return &ramfb;
}

void screen_gpu(struct hw_virtio *slot, struct hw_clock *clock)
{
    hw_virtio_gpu_init(&gpu, slot, clock);
}

static bool screen_picture(struct hw_picture *ret_picture)
{
    return screen_is_gpu() ? hw_virtio_gpu_picture(&gpu, ret_picture)
                           : hw_fw_cfg_picture(&ramfb, ret_picture);
}

static bool picture_write(FILE *file, const struct hw_picture *p)
{
    fprintf(file, "P6\n%u %u\n255\n", p->width, p->height);
    for (uint32_t y = 0; y < p->height; y++)
        for (uint32_t x = 0; x < p->width; x++) {
            const unsigned char *at =
                p->pixels + (uint64_t)y * p->stride + (uint64_t)x * PIXEL;
            putc(at[RED], file);
            putc(at[GREEN], file);
            putc(at[BLUE], file);
        }
    return !ferror(file);
}

void screen_close(void)
{
    struct hw_picture p;
    if (!sim_options.screen)
        return;
    if (!screen_picture(&p)) {
        fprintf(stderr, "vitrine: nothing was shown (--screen)\n");
        return;
    }
    char *name = strndup(sim_options.screen, name_length());
    FILE *file = name ? fopen(name, "wb") : NULL;
    bool good = file && picture_write(file, &p);
    if (file && fclose(file))
        good = false;
    if (!good)
        fprintf(stderr, "vitrine: %s: cannot write: %s\n", sim_options.screen,
                strerror(errno));
    free(name);
}
