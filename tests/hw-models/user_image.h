/*
 * The image of user code for the tests: an ELF file linked at a fixed
 * address, compiled with the checks (user_code.c).
 */
#ifndef TEST_USER_IMAGE_H
#define TEST_USER_IMAGE_H

#include "machine.h"

struct user_image {
    unsigned char *file;
    size_t size;
};

/* Reads the file USER_CODE names; aborts if it cannot. */
void user_image_open(struct user_image *i);
void user_image_close(struct user_image *i);
/* Copies its segments into fresh frames mapped in `s`, text R-X. */
void user_image_load(const struct user_image *i, struct machine *m,
                     struct space *s);
/* Address of a symbol; aborts if there is none. */
uint64_t user_image_symbol(const struct user_image *i, const char *name);

#endif
