/*
 * Source lines of a program's addresses, by addr2line on the ELF files of a
 * folder ($BUILD/programs). A trace says where a program was loaded.
 */
#ifndef TOOLS_LINES_H
#define TOOLS_LINES_H

#include "names.h"

/* "file.c:12", of inlined functions the innermost that is not a
 * header's; "" if nobody knows.
 * `programs` may be NULL. */
enum { LINE_TEXT = 160 };
const char *source_line(const struct names *n, const char *programs,
                        uint32_t task, uint64_t ip, char to[LINE_TEXT]);

#endif
