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

#endif
