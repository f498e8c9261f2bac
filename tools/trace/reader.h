/*
 * Reads a trace file record by record, whatever state it is in.
 *
 *      file:  | header 64 | chunk 32 | payload | chunk 32 | payload | ...
 *
 * One chunk is in memory at a time. A chunk whose checksum is wrong or that
 * is cut short is left out; the reader then looks for the next place where a
 * chunk header could be and goes on there. What was lost is counted.
 * A VTR_HANDOVER is handed out as the five records it stands for. Chunk headers
 * are an index: by time (reader_seek_time) and by kind of event (reader_only).
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

/* Records of the file handed out or passed over so far (a HANDOVER is one). */
uint64_t reader_count(const struct reader *r);

/*
 * From now on chunks without any of these events (a bit each, 0: all) may be
 * passed over: their checksums are looked at, nothing is unpacked. The last
 * chunk is always handed out, so that the end of the run is seen.
 */
void reader_only(struct reader *r, uint64_t events);
/* What begins after `time` may be passed over, too. With several CPUs times
 * go back a little: SLACK_NS more is read. */
void reader_until(struct reader *r, uint64_t time);
enum { READER_SLACK_NS = 1000000 };
/* The earliest time at which a chunk read so far begins. */
uint64_t reader_first_time(const struct reader *r);

/*
 * For a trace that is being written: looks whether the file has grown, so
 * that reader_next() may succeed again. A chunk that is not whole yet is
 * from then on no damage. A file that has lost its name has ended.
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
