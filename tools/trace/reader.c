/* The reader of reader.h. */
#include "reader.h"
#include "crc32.h"
#include "util.h"

#include <l4/vitrine/trace_handover.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>

/* A chunk header that claims more than this is not one. */
enum { MAX_CHUNK_RECORDS = 1 << 20 };
#define MAX_CHUNK_BYTES ((uint64_t)MAX_CHUNK_RECORDS * 64 + 65536)

struct reader {
    FILE *file;
    uint64_t size;     /* of the file when it was opened */
    uint64_t position; /* of the next chunk header */
    struct vtr_file_header header;

    struct vtr_record *records; /* of the current chunk */
    uint32_t count, next;
    uint8_t *payload; /* as it is in the file */

    struct vtr_record unpacked[VTR_HANDOVER_RECORDS]; /* of the one before */
    unsigned unpacked_next; /* VTR_HANDOVER_RECORDS: none is left */

    uint32_t kinds;  /* that are wanted, 0: all */
    uint64_t until;  /* ns, what is wanted */
    uint64_t passed; /* place of the last chunk that was left out, 0 */
    uint64_t first_time;
    uint64_t done; /* records of the file */
    uint64_t lost_bytes;
    unsigned lost_places; /* runs of lost bytes */
    bool losing;          /* inside such a run */
    bool cut;             /* the file ends inside a chunk */
    bool growing;         /* ... which is still being written */
    bool ended;
    char damage[128];
};

static bool read_at(struct reader *r, uint64_t position, void *to, size_t size)
{
    return position + size <= r->size &&
           !fseeko(r->file, (off_t)position, SEEK_SET) &&
           fread(to, size, 1, r->file) == 1;
}

struct reader *reader_open(const char *path, char *why, size_t why_size)
{
    struct stat st;
    FILE *file = fopen(path, "rb");

    if (!file || fstat(fileno(file), &st)) {
        snprintf(why, why_size, "%s: %s", path, strerror(errno));
        if (file)
            fclose(file);
        return NULL;
    }
    if (!S_ISREG(st.st_mode)) {
        snprintf(why, why_size, "%s: is not a regular file", path);
        fclose(file);
        return NULL;
    }

    struct reader *r = xcalloc(1, sizeof(*r));
    r->file = file;
    r->size = (uint64_t)st.st_size;
    r->until = ~0ull;
    if (!read_at(r, 0, &r->header, sizeof(r->header)) ||
        r->header.magic != VTR_MAGIC)
        snprintf(why, why_size, "%s: is not a Vitrine trace", path);
    else if (r->header.version != VTR_VERSION ||
             r->header.record_size != sizeof(struct vtr_record))
        snprintf(why, why_size,
                 "%s: trace version %u with records of %u "
                 "bytes; this tool knows version %d with 64",
                 path, r->header.version, r->header.record_size, VTR_VERSION);
    else {
        reader_rewind(r);
        return r;
    }
    reader_close(r);
    return NULL;
}

void reader_close(struct reader *r)
{
    fclose(r->file);
    free(r->records);
    free(r->payload);
    free(r);
}

const struct vtr_file_header *reader_header(const struct reader *r)
{
    return &r->header;
}

void reader_rewind(struct reader *r)
{
    r->position = sizeof(r->header);
    r->unpacked_next = VTR_HANDOVER_RECORDS;
    r->count = r->next = 0;
    r->done = r->lost_bytes = r->passed = 0;
    r->lost_places = 0;
    r->first_time = ~0ull;
    r->losing = r->cut = r->ended = false;
}

/* Could this be a chunk header? (Its own bytes have no checksum.) */
static bool header_makes_sense(const struct vtr_chunk *c)
{
    if (c->magic != VTR_CHUNK_MAGIC || c->records > MAX_CHUNK_RECORDS)
        return false;
    if (c->codec == 0)
        return c->bytes == c->records * sizeof(struct vtr_record);
    return c->codec == 1 && c->bytes <= MAX_CHUNK_BYTES;
}

static bool unpack(struct reader *r, const struct vtr_chunk *c)
{
    size_t want = c->records * sizeof(struct vtr_record);

    r->records = xrealloc(r->records, c->records, sizeof(*r->records));
    if (c->codec == 0) {
        if (want)
            memcpy(r->records, r->payload, want);
        return true;
    }
    size_t got = ZSTD_decompress(r->records, want, r->payload, c->bytes);
    return !ZSTD_isError(got) && got == want;
}

/* Nothing in it is wanted, as far as its header tells. */
static bool may_pass(const struct reader *r, const struct vtr_chunk *c)
{
    bool again = r->passed == r->position; /* load_passed() */

    bool other = r->kinds && c->kinds && !(c->kinds & r->kinds);
    bool later = c->first_time > r->until;

    return (other || later) && !again;
}

/* Loads the chunk at r->position, if there is a whole one. */
static bool load_chunk(struct reader *r)
{
    struct vtr_chunk c;

    if (!read_at(r, r->position, &c, sizeof(c)) || !header_makes_sense(&c))
        return false;
    if (r->position + sizeof(c) + c.bytes > r->size) {
        r->cut = true;
        return false;
    }
    r->payload = xrealloc(r->payload, c.bytes, 1);
    if (c.bytes && !read_at(r, r->position + sizeof(c), r->payload, c.bytes))
        return false;
    if (crc32_update(0, r->payload, c.bytes) != c.crc)
        return false;
    if (c.records && c.first_time < r->first_time)
        r->first_time = c.first_time;
    bool pass = may_pass(r, &c);
    if (!pass && !unpack(r, &c))
        return false;

    r->count = pass ? 0 : c.records;
    r->next = 0;
    r->done += pass ? c.records : 0;
    r->passed = pass ? r->position : 0;
    r->position += sizeof(c) + c.bytes;
    r->losing = false;
    return true;
}

/* The last whole chunk was passed over: it is handed out after all. */
static bool load_passed(struct reader *r)
{
    uint64_t end = r->position;

    r->position = r->passed;
    bool loaded = r->passed && load_chunk(r);
    r->position = end;
    r->done -= loaded ? r->count : 0;
    r->passed = 0;
    return loaded;
}

/* Moves r->position to the next place with a chunk's magic number behind the
 * present one, or to the end. What is passed over is lost. */
static void seek_magic(struct reader *r)
{
    static const char magic[] = {'C', 'H', 'N', 'K'};
    uint64_t start = r->position;
    uint64_t at = start + 1;
    uint64_t found = r->size;
    char block[65536];

    if (at > r->size)
        at = r->size;
    while (at < r->size) {
        size_t size = r->size - at < sizeof(block) ? (size_t)(r->size - at)
                                                   : sizeof(block);
        if (size < sizeof(magic) || !read_at(r, at, block, size))
            break;
        char *hit = memmem(block, size, magic, sizeof(magic));
        if (hit) {
            found = at + (uint64_t)(hit - block);
            break;
        }
        /* A magic number may lie across two blocks. */
        at += size - (sizeof(magic) - 1);
        if (size < sizeof(block))
            break;
    }
    r->lost_bytes += found - start;
    r->lost_places += !r->losing;
    r->losing = true;
    r->position = found;
}

static bool next_unpacked(struct reader *r, struct vtr_record *ret_record)
{
    if (r->unpacked_next == VTR_HANDOVER_RECORDS)
        return false;
    *ret_record = r->unpacked[r->unpacked_next++];
    return true;
}

bool reader_next(struct reader *r, struct vtr_record *ret_record)
{
    if (next_unpacked(r, ret_record))
        return true;
    while (r->next == r->count) {
        if (r->position >= r->size || (r->cut && r->growing)) {
            if (load_passed(r))
                continue;
            return false;
        }
        if (!load_chunk(r) && !(r->cut && r->growing))
            seek_magic(r);
    }
    const struct vtr_record *record = &r->records[r->next++];
    r->done++;
    if (record->event == VTR_HANDOVER) {
        vtr_handover_expand((const struct vtr_handover *)record, r->unpacked);
        r->unpacked_next = 0;
        return next_unpacked(r, ret_record);
    }
    *ret_record = *record;
    r->ended |= ret_record->event == VTR_END;
    return true;
}

void reader_grow(struct reader *r)
{
    struct stat st;

    r->growing = true;
    r->cut = false;
    if (fstat(fileno(r->file), &st))
        return;
    if ((uint64_t)st.st_size > r->size) {
        r->size = (uint64_t)st.st_size;
        clearerr(r->file);
    } else if (!st.st_nlink) {
        r->ended = true; /* its writer gave up */
    }
}

bool reader_ended(const struct reader *r)
{
    return r->ended;
}

/* Damage that is skipped was told of when the whole file was read. */
void reader_seek_time(struct reader *r, uint64_t time)
{
    struct vtr_chunk c;
    uint64_t at;

    reader_rewind(r);
    at = r->position;
    time = time > READER_SLACK_NS ? time - READER_SLACK_NS : 0;
    while (read_at(r, at, &c, sizeof(c)) && header_makes_sense(&c) &&
           c.first_time <= time) {
        r->position = at;
        at += sizeof(c) + c.bytes;
    }
}

uint64_t reader_count(const struct reader *r)
{
    return r->done;
}

void reader_only(struct reader *r, uint64_t events)
{
    static const uint64_t in_handover = 1ull << VTR_ENTER | 1ull << VTR_IPC |
                                        1ull << VTR_IPC_BLOCK |
                                        1ull << VTR_SWITCH | 1ull << VTR_LEAVE;

    if (events & in_handover)
        events |= 1ull << VTR_HANDOVER;
    r->kinds = (uint32_t)(events | events >> 32);
}

void reader_until(struct reader *r, uint64_t time)
{
    r->until = time < ~0ull - READER_SLACK_NS ? time + READER_SLACK_NS : ~0ull;
}

uint64_t reader_first_time(const struct reader *r)
{
    return r->first_time == ~0ull ? 0 : r->first_time;
}

const char *reader_damage(struct reader *r)
{
    if (!r->lost_places)
        return NULL;
    snprintf(r->damage, sizeof(r->damage),
             "%s: %llu bytes in %u place%s could not be read; %llu records "
             "could",
             r->cut ? "the trace is cut short" : "the trace is damaged",
             (unsigned long long)r->lost_bytes, r->lost_places,
             r->lost_places == 1 ? "" : "s", (unsigned long long)r->done);
    return r->damage;
}
