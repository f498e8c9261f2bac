/*
 * Errors of libext2fs as texts.
 */
#ifndef E2FSPROGS_H
#define E2FSPROGS_H

extern const long ext2_error_base;
extern const unsigned ext2_error_count;
extern const char *const ext2_error_texts[];

/* Of libext2fs, or errno's. */
const char *e2fsprogs_text(long code);

#endif
