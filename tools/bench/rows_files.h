/*
 * Figures of files: bench_files on a disk that mke2fs makes.
 */
#ifndef BENCH_ROWS_FILES_H
#define BENCH_ROWS_FILES_H

#include "rows.h"

/* A file read through VFS, ext2 and block server, to the block server alone. */
bool measure_file_read(const struct bench *b, struct row *r);
/* Calls between programs for one open, small read, close: by the row's name,
 * which is that of the mark before them. */
bool measure_file_calls(const struct bench *b, struct row *r);
/* Calls of one program to another in the trace at `path`, from the mark of the
 * row's name on to the next: how many for each of `times`. */
bool count_calls(const char *path, struct row *r, unsigned times);

#endif
