/* The reader: hands out what is whole, says what is not. */
#include "reader.h"
#include "scratch.h"
#include "writer.h"

#include <criterion/criterion.h>
#include <string.h>

enum { RECORDS = 200, CHUNK = 32 + 64 * 64 };

static char why[256];

static void write_numbers(bool zstd)
{
    struct writer w;

    writer_open(&w, scratch_path, "numbers", zstd);
    for (uint64_t i = 0; i < RECORDS; i++)
        put(&w, VTR_MARK, 0, i);
    writer_close(&w);
}

/* Replaces one byte; the file's length stays. */
static void spoil(long position)
{
    FILE *f = fopen(scratch_path, "r+b");
    int c;

    fseek(f, position, SEEK_SET);
    c = fgetc(f);
    fseek(f, position, SEEK_SET);
    fputc(c ^ 0x10, f);
    fclose(f);
}

/* Reads all; checks that the numbers ascend; returns how many. */
static unsigned read_numbers(struct reader *r)
{
    struct vtr_record record;
    unsigned count = 0;
    uint64_t last = 0;

    while (reader_next(r, &record)) {
        cr_assert(!count || record.arg[0] > last);
        last = record.arg[0];
        count++;
    }
    return count;
}

static unsigned count_after(void (*change)(void))
{
    write_numbers(false);
    change();
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    cr_assert(r, "%s", why);
    unsigned count = read_numbers(r);
    cr_assert((count < RECORDS) == (reader_damage(r) != NULL));
    reader_close(r);
    return count;
}

TestSuite(reader, .init = scratch_make, .fini = scratch_remove);

Test(reader, hands_out_every_record_of_a_whole_file)
{
    write_numbers(false);
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    cr_assert(r);
    cr_assert_eq(read_numbers(r), RECORDS);
    cr_assert_null(reader_damage(r));
    cr_assert_str_eq(reader_header(r)->system, "numbers");
    reader_close(r);
}

Test(reader, unpacks_zstd_chunks)
{
    write_numbers(true);
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    cr_assert(r);
    cr_assert_eq(read_numbers(r), RECORDS);
    cr_assert_null(reader_damage(r));
    reader_close(r);
}

Test(reader, rewinds_to_the_first_record)
{
    write_numbers(false);
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    read_numbers(r);
    reader_rewind(r);
    cr_assert_eq(read_numbers(r), RECORDS);
    cr_assert_eq(reader_count(r), RECORDS);
    reader_close(r);
}

/* Three chunks of marks, one of them with an object made in it, and a last
 * one: 10 us apart. */
static struct reader *open_chunks(void)
{
    struct writer w;

    writer_open(&w, scratch_path, "chunks", true);
    for (uint64_t i = 0; i < RECORDS; i++) {
        w.time = i / 64 * 10000000 + i % 64;
        put(&w, i == 70 ? VTR_CREATE : VTR_MARK, 0, i);
    }
    writer_close(&w);
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    cr_assert(r, "%s", why);
    return r;
}

Test(reader, passes_over_chunks_without_what_is_wanted)
{
    struct vtr_record record;
    struct reader *r = open_chunks();

    reader_only(r, 1ull << VTR_CREATE);
    cr_assert(reader_next(r, &record));
    cr_assert_eq(record.arg[0], 64, "the chunk with the object comes whole");
    cr_assert_eq(read_numbers(r), 63 + RECORDS - 3 * 64, "and the last one");
    cr_assert_eq(reader_count(r), RECORDS);
    cr_assert_null(reader_damage(r));
    reader_only(r, 0);
    reader_rewind(r);
    cr_assert_eq(read_numbers(r), RECORDS);
    reader_close(r);
}

Test(reader, finds_damage_in_what_it_passes_over)
{
    reader_close(open_chunks());
    spoil(64 + 32 + 20);
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    reader_only(r, 1ull << VTR_CREATE);
    cr_assert_eq(read_numbers(r), 64 + RECORDS - 3 * 64);
    cr_assert(reader_damage(r));
    reader_close(r);
}

Test(reader, finds_a_time_by_the_chunks_headers)
{
    struct vtr_record record;
    struct reader *r = open_chunks();

    reader_seek_time(r, 25000000);
    reader_until(r, 25000000);
    cr_assert(reader_next(r, &record));
    cr_assert_eq(record.arg[0], 2 * 64);
    cr_assert_eq(read_numbers(r), 63 + RECORDS - 3 * 64);
    reader_close(r);
}

static void cut_in_the_last_chunk(void)
{
    cr_assert_eq(truncate(scratch_path, 64 + 3 * CHUNK + 100), 0);
}

Test(reader, leaves_out_a_chunk_that_is_cut_short)
{
    cr_assert_eq(count_after(cut_in_the_last_chunk), 3 * 64);
}

static void spoil_second_payload(void)
{
    spoil(64 + CHUNK + 32 + 500);
}

Test(reader, leaves_out_a_chunk_with_a_wrong_checksum)
{
    cr_assert_eq(count_after(spoil_second_payload), RECORDS - 64);
}

static void spoil_second_magic(void)
{
    spoil(64 + CHUNK);
}

Test(reader, finds_the_next_chunk_behind_a_broken_header)
{
    cr_assert_eq(count_after(spoil_second_magic), RECORDS - 64);
}

static void spoil_second_length(void)
{
    spoil(64 + CHUNK + 12);
}

Test(reader, does_not_trust_a_length_that_does_not_fit)
{
    cr_assert_eq(count_after(spoil_second_length), RECORDS - 64);
}

Test(reader, says_what_was_lost_in_one_line)
{
    write_numbers(false);
    spoil_second_payload();
    struct reader *r = reader_open(scratch_path, why, sizeof(why));
    read_numbers(r);
    cr_assert_str_eq(reader_damage(r),
                     "the trace is damaged: 4128 bytes in 1 place could not "
                     "be read; 136 records could");
    reader_close(r);
}

Test(reader, refuses_what_is_no_trace)
{
    FILE *f = fopen(scratch_path, "w");
    fputs("this is a text of more than sixty-four bytes, but no trace at all"
          "\n",
          f);
    fclose(f);
    cr_assert_null(reader_open(scratch_path, why, sizeof(why)));
    cr_assert(strstr(why, "is not a Vitrine trace"));
}

Test(reader, refuses_another_version)
{
    write_numbers(false);
    spoil(8);
    cr_assert_null(reader_open(scratch_path, why, sizeof(why)));
    cr_assert(strstr(why, "version 18"));
}

Test(reader, refuses_a_folder)
{
    cr_assert_null(reader_open("/tmp", why, sizeof(why)));
    cr_assert(strstr(why, "not a regular file"));
}
