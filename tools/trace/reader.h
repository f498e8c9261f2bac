/*
 * Reads a trace file record by record, whatever state it is in.
 *
 *      file:  | header 64 | chunk 32 | payload | chunk 32 | payload | ...
 *
 * One chunk is in memory at a time. A chunk whose checksum is wrong or that
 * is cut short is left out; the reader then looks for the next place where a
 * chunk header could be and goes on there. What was lost is counted.
 * A VTR_HANDOVER is handed out as the five records it stands for.
 *
 * I1  Every record handed out comes from a chunk with the right checksum.
 * I2  bytes of records read + bytes lost + headers == file size (raw).
 */
#ifndef TOOLS_READER_H
#define TOOLS_READER_H

#include <l4/vitrine/trace_events.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader;

/*
 * Opens a trace. On failure NULL, with one line (no newline) in `why`: not
 * there, not readable, not a trace, of a version this tool does not know.
 */
struct reader *reader_open(const char *path, char *why, size_t why_size);
void reader_close(struct reader *r);

const struct vtr_file_header *reader_header(const struct reader *r);

/* The next record; false at the end. O(1), amortised. */
bool reader_next(struct reader *r, struct vtr_record *ret_record);

/* Starts again at the first record; the loss counts start again, too. */
void reader_rewind(struct reader *r);

/* Records handed out so far. */
uint64_t reader_count(const struct reader *r);

/*
 * For a trace that is being written: looks whether the file has grown, so
 * that reader_next() may succeed again. A chunk that is not whole yet is
 * from then on no damage.
 */
void reader_grow(struct reader *r);
/* The record that ends a run was handed out, or its snapshot. */
bool reader_ended(const struct reader *r);

/*
 * Goes to the last chunk that begins at or before `time`, or to the first: by
 * the chunks' headers alone, which are the file's index (each has the time of
 * its first record and how far the next one is). Damage on the way is passed
 * over as reader_next() does it.
 */
void reader_seek_time(struct reader *r, uint64_t time);

/* What was lost up to now as one line, or NULL if nothing was. */
const char *reader_damage(struct reader *r);

#endif
