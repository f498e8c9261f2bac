/*
 * What every file system that can be written to must do when there is much of
 * something: a TAP producer in the simulator.
 *
 *      rom/test-limits              capability: fs
 *
 * The file system is small and empty, and so it is left.
 */
#include "file-client.h"
#include "fio.h"
#include "fs-client.h"
#include "tap.h"
#include "whole.h"
#include <l4/re/env.h>
#include <string.h>

enum { NAMES = 300, FILES = 30, PIECE = 8192 };

static const l4_uint64_t GIB = 1ull << 30;

static l4_cap_idx_t fs;

static l4_umword_t blocks_left(void)
{
    l4_umword_t size, blocks, left = 0, files, files_left;
    fs_space(fs, "", &size, &blocks, &left, &files, &files_left);
    return left;
}

/* A file open to be read and written, new if it was not there. */
static struct fio make(const char *path)
{
    struct fio f = {.cap = L4_INVALID_CAP};
    fio_open(fs, path, FILES_READ | FILES_WRITE | FILES_CREATE, 0600, &f);
    return f;
}

/* ---- A large directory ---- */

static void name_of(char path[64], unsigned i)
{
    snprintf(path, 64, "many/a name of middling length, number %u", i);
}

struct seen {
    bool names[NAMES];
    unsigned twice, strange;
};

static long see(void *data, const char *name, unsigned kind, l4_uint64_t inode)
{
    struct seen *s = data;
    unsigned i = NAMES;
    (void)kind, (void)inode;
    if (sscanf(name, "a name of middling length, number %u", &i) != 1 ||
        i >= NAMES)
        s->strange++;
    else if (s->names[i])
        s->twice++;
    else
        s->names[i] = true;
    return 0;
}

/* How many of the names are listed once each, or -1. */
static int listed(void)
{
    static struct seen s;
    struct fio f;
    int count = 0;
    s = (struct seen){0};
    if (fio_open(fs, "many", FILES_READ | FILES_DIRECTORY, 0, &f) < 0)
        return -1;
    long error = fio_entries(&f, see, &s);
    fio_close(&f);
    for (unsigned i = 0; i < NAMES; i++)
        count += s.names[i];
    return error < 0 || s.twice || s.strange ? -1 : count;
}

static void a_large_directory(void)
{
    char path[64], text[8] = "";
    unsigned wrong = 0;
    struct fio f = make("one");
    fio_write(&f, 0, "one", 3);
    fio_close(&f);
    fs_mkdir(fs, "many", 0755);
    for (unsigned i = 0; i < NAMES; i++) {
        name_of(path, i);
        wrong += fs_link(fs, "one", path) != 0;
    }
    fact(!wrong && listed() == NAMES, "a directory of many names");
    name_of(path, NAMES - 2);
    fact(get_file(fs, path, text, sizeof text) == 3 && !strcmp(text, "one"),
         "the last are found");
    fact(fs_link(fs, "one", path) == -L4_EEXIST, "none comes twice");
    for (unsigned i = 0; i < NAMES; i += 2) {
        name_of(path, i);
        wrong += fs_unlink(fs, path, 0) != 0;
    }
    fact(!wrong && listed() == NAMES / 2, "every second one goes");
    for (unsigned i = 1; i < NAMES; i += 2) {
        name_of(path, i);
        wrong += fs_unlink(fs, path, 0) != 0;
    }
    fact(!wrong && listed() == 0 &&
             fs_unlink(fs, "many", FILES_DIRECTORY) == 0 &&
             fs_unlink(fs, "one", 0) == 0,
         "and all the others");
}

/* ---- A file of more than 4 GiB ---- */

static bool has(struct fio *f, l4_uint64_t at, const char *text)
{
    char got[16] = "";
    size_t size = strlen(text);
    return fio_read(f, at, got, size) == (long)size && !memcmp(got, text, size);
}

static void a_file_beyond_4_gib(void)
{
    static char piece[PIECE], zeros[PIECE];
    struct files_status s = {0};
    size_t size = sizeof s;
    struct fio f = make("far");
    fact(fio_write(&f, 5 * GIB + 7, "far", 3) == 3 &&
             fio_write(&f, 4 * GIB - 2, "edge", 4) == 4,
         "what lies behind 4 GiB is written");
    fact(file_stat(f.cap, &s, &size) == 0 && s.size == 5 * GIB + 10 &&
             s.blocks < 100,
         "its size is known, and it takes no more than it has");
    fact(has(&f, 5 * GIB + 7, "far") && has(&f, 4 * GIB - 2, "edge") &&
             fio_read(&f, GIB + 7, piece, PIECE) == PIECE &&
             !memcmp(piece, zeros, PIECE) &&
             fio_read(&f, 5 * GIB + 8, piece, PIECE) == 2,
         "and read");
    l4_umword_t where = 0;
    fact(file_seek(f.cap, -3, 2, &where) == 0 && where == 5 * GIB + 7,
         "a position there is found");
    fact(file_truncate(f.cap, 4 * GIB + 1) == 0 &&
             fio_read(&f, 4 * GIB - 1, piece, PIECE) == 2 &&
             !memcmp(piece, "dg", 2) &&
             fio_read(&f, 5 * GIB, piece, PIECE) == 0,
         "it is cut off there");
    fio_close(&f);
    fact(fs_unlink(fs, "far", 0) == 0, "it goes");
}

/* ---- No room ---- */

static char byte_at(unsigned long at)
{
    return (char)(at * 13 + at / PIECE);
}

/* Fills all there is; how many bytes it took. */
static unsigned long fill(struct fio *f)
{
    static char piece[PIECE];
    unsigned long at = 0;
    long put;
    do {
        for (unsigned i = 0; i < PIECE; i++)
            piece[i] = byte_at(at + i);
        put = fio_write(f, at, piece, PIECE);
        at += put > 0 ? (unsigned long)put : 0;
    } while (put == PIECE);
    return at;
}

static bool is_filled(struct fio *f, unsigned long size)
{
    static char piece[PIECE];
    unsigned wrong = 0;
    for (unsigned long at = 0; at < size; at += PIECE) {
        long part = size - at < PIECE ? (long)(size - at) : PIECE;
        if (fio_read(f, at, piece, PIECE) != part)
            return false;
        for (long i = 0; i < part; i++)
            wrong += piece[i] != byte_at(at + (unsigned long)i);
    }
    return !wrong;
}

static void no_room(void)
{
    l4_umword_t before = blocks_left();
    struct fio f = make("full"), g = make("more");
    unsigned long size = fill(&f);
    fact(size > 100000 && fio_write(&f, size, "x", 1) == -L4_ENOSPC,
         "a full file system says so");
    fact(fio_write(&g, 0, "x", 1) == -L4_ENOSPC, "no other file has room then");
    long made = fs_mkdir(fs, "d", 0755); /* may need none */
    fact((made == 0 && fs_unlink(fs, "d", FILES_DIRECTORY) == 0) ||
             (made == -L4_ENOSPC &&
              open_only(fs, "d", FILES_READ) == -L4_ENOENT),
         "a directory is made, or not");
    fact(is_filled(&f, size), "what is there stays as it is");
    fact(fs_sync(fs) == 0, "all is where it stays");
    file_truncate(f.cap, size / 2);
    fact(fio_write(&g, 0, "more", 4) == 4 && has(&g, 0, "more") &&
             is_filled(&f, size / 2),
         "a half less makes room");
    fio_close(&f);
    fio_close(&g);
    fs_unlink(fs, "more", 0);
    fs_unlink(fs, "full", 0);
    fact(blocks_left() == before, "and without it there is as much as before");
}

/* ---- Many open files ---- */

static void many_open(void)
{
    static struct fio files[FILES];
    char path[64], text[64];
    unsigned wrong = 0;
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "open-%u", i);
        files[i] = make(path);
        wrong += fio_write(&files[i], 0, path, strlen(path) + 1) < 0;
    }
    for (unsigned i = FILES; i-- > 0;) {
        snprintf(path, sizeof path, "open-%u", i);
        wrong += fio_read(&files[i], 0, text, sizeof text) !=
                     (long)strlen(path) + 1 ||
                 strcmp(text, path);
        wrong += fs_unlink(fs, path, 0) != 0;
    }
    for (unsigned i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "open-%u", i);
        wrong += !has(&files[i], 0, path);
        fio_close(&files[i]);
    }
    fact(!wrong, "many files are open, each is its own, without names, too");
}

int main(void)
{
    fs = l4re_env_get_cap("fs");
    a_large_directory();
    a_file_beyond_4_gib();
    no_room();
    many_open();
    fact(fs_sync(fs) == 0, "all is where it stays");
    return tap_end();
}
