/* A file of the test's own, gone when the test is over. */
#ifndef TESTS_SCRATCH_H
#define TESTS_SCRATCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char scratch_path[] = "/tmp/vitrine-test.XXXXXX";

static inline void scratch_make(void)
{
    int fd = mkstemp(scratch_path);

    if (fd < 0)
        abort();
    close(fd);
}

static inline void scratch_remove(void)
{
    unlink(scratch_path);
}

#endif
