/*
 * The table of figures: one row per figure, each measured for real when
 * asked for, beside its floor.
 */
#ifndef BENCH_ROWS_H
#define BENCH_ROWS_H

#include <stdbool.h>
#include <stddef.h>

/* Where things are; constant. */
struct bench {
    const char *root;  /* the checkout */
    const char *build; /* the build folder */
};

struct row {
    const char *name, *unit, *text;
    /* Fills value, floor, target; false with why[]: it could not be. */
    bool (*measure)(const struct bench *b, struct row *r);
    double value, floor;
    bool at_least; /* more is better */
    double target; /* the most (at_least: the least) it may be; 0: nothing
                    * was promised */
    bool measured;
    char why[256];
};

extern struct row rows[];
extern const size_t row_count;

/* Does it hold what was promised? Not measured: no. */
bool row_holds(const struct row *r);

#endif
