/*
 * The simulated machine's screen: where it is, its driver tells the firmware
 * configuration device (hw-models/fw_cfg.h); what it shows at the end of the
 * run goes to the file of --screen, as a PPM picture.
 */
#include "machine.h"
#include "fw_cfg.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PIXEL = 4, BLUE = 0, GREEN = 1, RED = 2 };

static struct hw_fw_cfg screen;

struct hw_fw_cfg *screen_init(const struct hw_ram *ram)
{
    hw_fw_cfg_init(&screen, ram);
    return &screen;
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
    if (!hw_fw_cfg_picture(&screen, &p)) {
        fprintf(stderr, "vitrine: nothing was shown (--screen)\n");
        return;
    }
    FILE *file = fopen(sim_options.screen, "wb");
    bool good = file && picture_write(file, &p);
    if (file && fclose(file))
        good = false;
    if (!good)
        fprintf(stderr, "vitrine: %s: cannot write: %s\n", sim_options.screen,
                strerror(errno));
}
