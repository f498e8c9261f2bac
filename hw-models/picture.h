/*
 * What a screen shows.
 */
#ifndef HW_PICTURE_H
#define HW_PICTURE_H

#include <stdint.h>

/* A picture: 32 bits a pixel, blue in the low byte, then green, red. */
struct hw_picture {
    const unsigned char *pixels;
    uint32_t width, height, stride; /* stride: bytes */
};

#endif
