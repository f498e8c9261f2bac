/*
 * What every file system that can be written to must do, by its clients'
 * stubs: a TAP producer in the simulator.
 *
 *      rom/test-fs [DIRECTORY]      capability: fs
 *
 * All names are made in DIRECTORY (default: the root) and gone at the end.
 */
#include "file-client.h"
#include "fio.h"
#include "fs-client.h"
#include "tap.h"
#include "whole.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <l4/sys/task.h>
#include <stdlib.h>
#include <string.h>

static l4_cap_idx_t fs;
static const char *top;

/* `name` in the directory of this test. */
static const char *at(const char *name)
{
    static char texts[4][FILES_PATH_MAX + 1];
    static unsigned turn;
    char *text = texts[turn++ % 4];
    snprintf(text, sizeof texts[0], "%s/%s", top, name);
    return text;
}

static struct files_status status_of(const char *path, unsigned flags)
{
    struct files_status s = {0};
    size_t size = sizeof s;
    if (fs_stat(fs, path, flags, &s, &size) < 0)
        s.mode = 0;
    return s;
}

static long put_file(const char *path, const void *data, size_t size)
{
    struct fio f;
    long error = fio_open(fs, path, FILES_WRITE | FILES_CREATE | FILES_TRUNCATE,
                          0644, &f);
    if (error < 0)
        return error;
    long put = fio_write(&f, FILES_HERE, data, size);
    fio_close(&f);
    return put;
}

/* ---- What files hold ---- */

static void small_files(void)
{
    char text[32] = "";
    fact(put_file(at("a"), "hello", 5) == 5, "a file is made and written");
    fact(get_file(fs, at("a"), text, sizeof text) == 5 &&
             !memcmp(text, "hello", 5),
         "and read back");
    struct files_status s = status_of(at("a"), 0);
    fact(s.mode == (FILES_KIND_REGULAR | 0644) && s.size == 5 && s.links == 1 &&
             s.inode,
         "its status says so");
    fact(put_file(at("a"), "HI", 2) == 2 &&
             get_file(fs, at("a"), text, sizeof text) == 2,
         "opening can cut it off");
    fact(open_only(fs, at("none"), FILES_READ) == -L4_ENOENT,
         "what is not there is not opened");
    fact(open_only(fs, at("a"), FILES_WRITE | FILES_CREATE | FILES_EXCLUSIVE) ==
             -L4_EEXIST,
         "nor made anew if it must not be there");
    fact(open_only(fs, at("a"), FILES_READ | FILES_DIRECTORY) == -L4_ENOTDIR &&
             open_only(fs, top, FILES_READ | FILES_WRITE) == -FILES_EISDIR,
         "files are no directories, and the other way round");
}

static void positions(void)
{
    struct fio f;
    char text[8] = "";
    l4_umword_t where = 0, flags = 0;
    fio_open(fs, at("p"), FILES_READ | FILES_WRITE | FILES_CREATE, 0600, &f);
    fact(fio_write(&f, FILES_HERE, "abcdef", 6) == 6 &&
             file_seek(f.cap, -4, 1, &where) == 0 && where == 2 &&
             fio_read(&f, FILES_HERE, text, 2) == 2 && !memcmp(text, "cd", 2),
         "the position moves with reading, writing and seeking");
    fact(fio_write(&f, 1, "X", 1) == 1 && fio_read(&f, 0, text, 3) == 3 &&
             !memcmp(text, "aXc", 3) && file_seek(f.cap, 0, 1, &where) == 0 &&
             where == 4,
         "an offset leaves it where it is");
    fact(file_seek(f.cap, -1, 0, &where) == -L4_EINVAL &&
             file_seek(f.cap, 0, 7, &where) == -L4_EINVAL,
         "there is nothing before the start");
    fact(file_seek(f.cap, 0, 2, &where) == 0 && where == 6 &&
             fio_read(&f, FILES_HERE, text, 1) == 0,
         "nor behind the end");
    file_flags(f.cap, FILES_APPEND, FILES_APPEND, &flags);
    file_seek(f.cap, 0, 0, &where);
    fact(fio_write(&f, FILES_HERE, "!", 1) == 1 &&
             fio_read(&f, 6, text, 2) == 1 && text[0] == '!',
         "appending goes to the end");
    file_flags(f.cap, FILES_APPEND, 0, &flags);
    fact(fio_write(&f, FILES_SIZE_MAX, "x", 1) == -FILES_EFBIG,
         "no file is longer than a signed number");
    fio_close(&f);
    fs_unlink(fs, at("p"), 0);
}

static void holes(void)
{
    struct fio f;
    char text[6] = "12345";
    fio_open(fs, at("h"), FILES_READ | FILES_WRITE | FILES_CREATE, 0600, &f);
    fact(fio_write(&f, 100000, "end", 3) == 3 &&
             fio_read(&f, 99998, text, 5) == 5 && !memcmp(text, "\0\0end", 5),
         "what was never written reads as zeros");
    struct files_status s = status_of(at("h"), 0);
    fact(s.size == 100003 && s.blocks * 512 < 65536, "and takes no room");
    fact(file_truncate(f.cap, 3) == 0 && file_truncate(f.cap, 8) == 0 &&
             fio_read(&f, 0, text, 6) == 6 && !memcmp(text, "\0\0\0\0\0", 5) &&
             status_of(at("h"), 0).size == 8,
         "cut off and longer again, it is zeros");
    fio_close(&f);
    fs_unlink(fs, at("h"), 0);
}

enum { LARGE = 150000 };

static void large_files(void)
{
    unsigned char *out = malloc(LARGE), *in = calloc(1, LARGE);
    for (unsigned i = 0; i < LARGE; i++)
        out[i] = (unsigned char)(i * 7 + i / 251);
    fact(put_file(at("large"), out, LARGE) == LARGE,
         "a file larger than any message is written");
    fact(get_file(fs, at("large"), in, LARGE) == LARGE &&
             !memcmp(in, out, LARGE),
         "and read back");
    struct fio f;
    fio_open(fs, at("large"), FILES_READ, 0, &f);
    f.has_asked = true; /* as if the server had no buffer left */
    memset(in, 0, 5000);
    fact(fio_read(&f, 4000, in, 5000) == 5000 && !memcmp(in, out + 4000, 5000),
         "without a shared buffer, too");
    fact(fio_write(&f, 0, "x", 1) == -L4_EPERM,
         "a file opened for reading is not written");
    fio_close(&f);
    free(out);
    free(in);
    fact(fs_unlink(fs, at("large"), 0) == 0 &&
             status_of(at("large"), 0).mode == 0,
         "it is gone with its name");
}

/* The server's memory is the server's. */
static void a_buffer_stays(void)
{
    struct fio f;
    void *place = NULL;
    char piece[1000];
    l4_umword_t number, size;
    l4re_ds_t memory = l4re_util_cap_alloc();
    fio_open(fs, at("s"), FILES_READ | FILES_WRITE | FILES_CREATE, 0600, &f);
    fact(file_share(f.cap, &number, &size, memory) == 0 &&
             l4re_rm_attach(&place, size,
                            L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW |
                                L4RE_RM_F_DETACH_FREE,
                            memory, 0, L4_PAGESHIFT) == -L4_EPERM,
         "a client cannot take a shared buffer from the server");
    memset(piece, 'p', sizeof piece);
    fact(fio_write(&f, 0, piece, sizeof piece) == sizeof piece,
         "which goes on");
    l4re_util_cap_free_um(memory);
    fio_close(&f);
    fs_unlink(fs, at("s"), 0);
}

/* ---- Names ---- */

struct names {
    char text[200];
    unsigned count;
};

static long add_name(void *data, const char *name, unsigned kind,
                     l4_uint64_t inode)
{
    struct names *n = data;
    (void)kind, (void)inode;
    n->count++;
    if (strlen(n->text) + strlen(name) + 2 < sizeof n->text) {
        strcat(n->text, name);
        strcat(n->text, " ");
    }
    return 0;
}

static struct names list(const char *path)
{
    struct names n = {0};
    struct fio f;
    if (fio_open(fs, path, FILES_READ, 0, &f) < 0)
        return n;
    fio_entries(&f, add_name, &n);
    fio_close(&f);
    return n;
}

static void directories(void)
{
    fact(fs_mkdir(fs, at("d"), 0755) == 0 && fs_mkdir(fs, at("d/e"), 0700) == 0,
         "directories are made");
    fact(fs_mkdir(fs, at("d"), 0755) == -L4_EEXIST &&
             fs_mkdir(fs, at("no/d"), 0755) == -L4_ENOENT &&
             fs_mkdir(fs, at("a/d"), 0755) == -L4_ENOTDIR,
         "but once, and in directories");
    fact(status_of(at("d"), 0).links == 3, "a directory within counts");
    put_file(at("d/f"), "1", 1);
    struct names n = list(at("d"));
    fact(n.count == 2 && strstr(n.text, "e ") && strstr(n.text, "f "),
         "a directory is listed");
    fact(get_file(fs, at("d/./e/..//f"), n.text, 5) == 1, "dots and slashes");
    fact(fs_unlink(fs, at("d"), FILES_DIRECTORY) == -L4_EEXIST &&
             fs_unlink(fs, at("d"), 0) == -FILES_EISDIR &&
             fs_unlink(fs, at("d/f"), FILES_DIRECTORY) == -L4_ENOTDIR,
         "a full one is not removed, nor anything as what it is not");
    fact(fs_unlink(fs, at("d/f"), 0) == 0 &&
             fs_unlink(fs, at("d/e"), FILES_DIRECTORY) == 0 &&
             fs_unlink(fs, at("d"), FILES_DIRECTORY) == 0 &&
             fs_unlink(fs, at("d"), FILES_DIRECTORY) == -L4_ENOENT,
         "empty ones are");
}

static void many_names(void)
{
    unsigned wrong = 0;
    char name[120];
    fs_mkdir(fs, at("many"), 0755);
    for (unsigned i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "many/a-name-that-is-not-short-%u-%064u", i,
                 i);
        wrong += put_file(at(name), name, 1) != 1;
    }
    fact(!wrong && list(at("many")).count == 60, "sixty names, all listed");
    for (unsigned i = 0; i < 60; i++) {
        snprintf(name, sizeof name, "many/a-name-that-is-not-short-%u-%064u", i,
                 i);
        wrong += fs_unlink(fs, at(name), 0) != 0;
    }
    fact(!wrong && list(at("many")).count == 0, "and all gone");
    fs_unlink(fs, at("many"), FILES_DIRECTORY);
    memset(name, 'x', sizeof name);
    char path[400];
    memset(path, 'y', 399);
    path[399] = 0;
    fact(open_only(fs, path, FILES_READ) == -L4_ENAMETOOLONG,
         "a path that is too long");
}

static void moved(void)
{
    char text[4];
    put_file(at("from"), "1", 1);
    put_file(at("to"), "22", 2);
    fact(fs_rename(fs, at("from"), at("to")) == 0 &&
             get_file(fs, at("to"), text, 4) == 1 &&
             !status_of(at("from"), 0).mode,
         "a file takes another one's place");
    fs_mkdir(fs, at("x"), 0755);
    fs_mkdir(fs, at("x/y"), 0755);
    fact(fs_rename(fs, at("x"), at("x/y/z")) == -L4_EINVAL,
         "a directory does not move into itself");
    fact(fs_rename(fs, at("x/y"), at("y")) == 0 &&
             status_of(at("x"), 0).links == 2 &&
             status_of(at("y"), 0).links == 2,
         "a directory moves, and its parents know");
    fact(fs_rename(fs, at("to"), at("y")) == -FILES_EISDIR &&
             fs_rename(fs, at("y"), at("to")) == -L4_ENOTDIR &&
             fs_rename(fs, at("none"), at("to")) == -L4_ENOENT,
         "only like takes the place of like");
    put_file(at("x/in"), "1", 1);
    fact(fs_rename(fs, at("y"), at("x")) == -L4_EEXIST &&
             fs_unlink(fs, at("x/in"), 0) == 0 &&
             fs_rename(fs, at("y"), at("x")) == 0,
         "and of directories only an empty one's");
    fs_unlink(fs, at("x"), FILES_DIRECTORY);
    fact(fs_link(fs, at("to"), at("too")) == 0 &&
             status_of(at("to"), 0).links == 2 &&
             status_of(at("to"), 0).inode == status_of(at("too"), 0).inode &&
             fs_link(fs, at("to"), at("too")) == -L4_EEXIST,
         "a file has two names");
    fact(fs_unlink(fs, at("to"), 0) == 0 &&
             get_file(fs, at("too"), text, 4) == 1 &&
             fs_unlink(fs, at("too"), 0) == 0,
         "and stays until both are gone");
}

static void links(void)
{
    char text[FILES_PATH_MAX + 1] = "";
    fs_mkdir(fs, at("dir"), 0755);
    put_file(at("dir/file"), "linked", 6);
    fact(fs_symlink(fs, "dir/file", at("l")) == 0 &&
             fs_readlink(fs, at("l"), text) == 0 && !strcmp(text, "dir/file"),
         "a link is made and read");
    fact(get_file(fs, at("l"), text, 9) == 6 &&
             (status_of(at("l"), FILES_NOFOLLOW).mode & FILES_KIND) ==
                 FILES_KIND_LINK &&
             status_of(at("l"), 0).size == 6,
         "it is followed, or not");
    fs_symlink(fs, "../dir", at("dir/self"));
    fact(get_file(fs, at("dir/self/self/file"), text, 9) == 6,
         "links in the middle of a path");
    fs_symlink(fs, "loop", at("loop"));
    fact(open_only(fs, at("loop"), FILES_READ) == -FILES_ELOOP,
         "a loop is noticed");
    fact(fs_readlink(fs, at("dir"), text) == -L4_EINVAL,
         "what is no link leads nowhere");
    fs_unlink(fs, at("loop"), 0);
    fs_unlink(fs, at("l"), 0);
    fs_unlink(fs, at("dir/self"), 0);
    fs_unlink(fs, at("dir/file"), 0);
    fs_unlink(fs, at("dir"), FILES_DIRECTORY);
}

static void attributes(void)
{
    put_file(at("t"), "", 0);
    fact(fs_change(fs, at("t"), FILES_SET_MODE | FILES_SET_MODIFIED, 0421, 5,
                   86400) == 0,
         "mode and times are set");
    struct files_status s = status_of(at("t"), 0);
    fact(s.mode == (FILES_KIND_REGULAR | 0421) && s.modified == 86400 &&
             s.accessed != 5,
         "those that were meant");
    fs_unlink(fs, at("t"), 0);
    l4_umword_t block = 0, blocks = 0, left = 0, files, files_left;
    fact(fs_space(fs, top, &block, &blocks, &left, &files, &files_left) == 0 &&
             block && left && left < blocks && files_left <= files,
         "how much room there is");
    fact(fs_sync(fs) == 0, "all is where it stays");
}

/* ---- Capabilities ---- */

static void open_without_name(void)
{
    struct fio f;
    char text[8];
    l4_umword_t block, blocks, before = 0, during = 0, after = 0, n, m;
    fs_space(fs, top, &block, &blocks, &before, &n, &m);
    fio_open(fs, at("u"), FILES_READ | FILES_WRITE | FILES_CREATE, 0600, &f);
    static char page[20000];
    fio_write(&f, 0, page, sizeof page);
    fio_write(&f, 0, "kept", 4);
    fact(fs_unlink(fs, at("u"), 0) == 0 && fio_read(&f, 0, text, 4) == 4 &&
             !memcmp(text, "kept", 4),
         "an open file outlives its name");
    fs_space(fs, top, &block, &blocks, &during, &n, &m);
    fio_close(&f);
    fs_space(fs, top, &block, &blocks, &after, &n, &m);
    fact(during < before && after > during && after + 4 >= before,
         "and then gives its room back");
}

static void bounded(void)
{
    static struct fio files[200];
    unsigned n = 0;
    long error = 0;
    put_file(at("b"), "b", 1);
    while (n < 200 &&
           (error = fio_open(fs, at("b"), FILES_READ, 0, &files[n])) >= 0)
        n++;
    fact(error == -FILES_EMFILE && n >= 32, "open files are bounded");
    while (n)
        fio_close(&files[--n]);
    unsigned wrong = 0;
    for (unsigned i = 0; i < 200; i++)
        wrong += open_only(fs, at("b"), FILES_READ) < 0;
    fact(!wrong, "those that are closed do not count");
    fs_unlink(fs, at("b"), 0);
}

static void smaller_trees(void)
{
    l4_cap_idx_t whole = fs, part = l4re_util_cap_alloc();
    l4_cap_idx_t fixed = l4re_util_cap_alloc();
    char text[8];
    fs_mkdir(fs, at("jail"), 0755);
    put_file(at("jail/in"), "in", 2);
    put_file(at("out"), "out", 3);
    fs_symlink(fs, "../out", at("jail/up"));
    fact(fs_root(fs, at("jail"), 0, part) == 0 &&
             fs_root(fs, at("jail"), FILES_READ_ONLY, fixed) == 0 &&
             fs_root(fs, at("out"), 0, part) == -L4_ENOTDIR,
         "a directory becomes somebody's root");
    fs = part;
    fact(get_file(fs, "in", text, 8) == 2 &&
             get_file(fs, "/in", text, 8) == 2 &&
             get_file(fs, "../in", text, 8) == 2,
         "what is in it is found");
    fact(open_only(fs, "../out", FILES_READ) == -L4_ENOENT &&
             open_only(fs, "up", FILES_READ) == -L4_ENOENT,
         "neither dots nor links lead out");
    fs = fixed;
    fact(get_file(fs, "in", text, 8) == 2 &&
             put_file("new", "x", 1) == -FILES_EROFS &&
             fs_unlink(fs, "in", 0) == -FILES_EROFS &&
             open_only(fs, "in", FILES_WRITE) == -FILES_EROFS,
         "a read-only one changes nothing");
    fs = whole;
    l4re_util_cap_free_um(part);
    l4re_util_cap_free_um(fixed);
    fs_unlink(fs, at("jail/up"), 0);
    fs_unlink(fs, at("jail/in"), 0);
    fs_unlink(fs, at("jail"), FILES_DIRECTORY);
    fs_unlink(fs, at("out"), 0);
}

static void rights(void)
{
    struct fio f;
    l4_cap_idx_t weak = l4re_util_cap_alloc(), strong = fs;
    l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                l4_obj_fpage(fs, 0, L4_CAP_FPAGE_RO),
                l4_map_obj_control(weak, L4_MAP_ITEM_MAP));
    fs = weak;
    fact(fs_mkdir(fs, at("w"), 0755) == -L4_EPERM &&
             open_only(fs, at("a"), FILES_READ) == 0 &&
             open_only(fs, at("a"), FILES_READ | FILES_WRITE) == -L4_EPERM,
         "without the W right on a capability nothing is changed");
    fs = strong;
    l4re_util_cap_free_um(weak);
    fio_open(fs, at("a"), FILES_READ | FILES_WRITE, 0, &f);
    weak = l4re_util_cap_alloc();
    l4_task_map(L4RE_THIS_TASK_CAP, L4RE_THIS_TASK_CAP,
                l4_obj_fpage(f.cap, 0, L4_CAP_FPAGE_RO),
                l4_map_obj_control(weak, L4_MAP_ITEM_MAP));
    l4_umword_t written;
    fact(file_write(weak, 0, "x", 1, &written) == -L4_EPERM &&
             file_truncate(weak, 0) == -L4_EPERM,
         "nor through an open file's");
    l4re_util_cap_free_um(weak);
    fio_close(&f);
}

int main(int argc, char **argv)
{
    fs = l4re_env_get_cap("fs");
    top = argc > 1 ? argv[1] : "";
    small_files();
    positions();
    holes();
    large_files();
    a_buffer_stays();
    directories();
    many_names();
    moved();
    links();
    attributes();
    open_without_name();
    bounded();
    smaller_trees();
    rights();
    fact(fs_unlink(fs, at("a"), 0) == 0 && fs_sync(fs) == 0,
         "the last file goes");
    return tap_end();
}
