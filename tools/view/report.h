/*
 * What is inside the HTML file, beside the viewer: one block, compressed
 * with zlib (browsers unpack that by themselves), in base64.
 *
 *      u32 streams | { u32 key, u32 bytes, bytes } ...
 *
 *      key 0         JSON: names, event table, findings, graph, texts
 *      key 1 .. 6    columns: time, event, CPU, flags, thread, text
 *      key 256 + 8 * event + i   argument i of every record of that event
 *
 * All columns but event, CPU and flags (a byte each) are varints, seven bits
 * a byte: times as differences, arguments as differences to the last of the
 * same kind, zigzag. A stream per argument makes alike stand beside alike,
 * which is what compression wants: about five bytes a record.
 *
 * Text of a record (a message in words, a name, a mark) is a number into the
 * JSON's texts. From TEXTS_MAX on, words without their values are used.
 */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include "view.h"

enum { REPORT_RECORDS = 1000000, TEXTS_MAX = 60000 };

/* Writes the whole file; at most `records` records (0: all) from the view's
 * beginning, which the file then says. */
void report_write(struct view *v, uint64_t records);

#endif
