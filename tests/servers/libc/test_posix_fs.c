/*
 * POSIX files over the file server: what a program sees of a tree that is
 * made of a VFS and a tmpfs (posix_fs.cfg). A TAP producer.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { BIG = 40000 };

/* Did a call fail with this error? */
static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static void files_keep_what_is_written(void)
{
    char text[16] = "";
    struct stat s;
    int fd = open("/a", O_RDWR | O_CREAT | O_EXCL, 0640);

    fact(fd >= 0, "a_file_is_made");
    fact(fails(open("/a", O_RDWR | O_CREAT | O_EXCL, 0640), EEXIST),
         "an_exclusive_file_is_new");
    fact(write(fd, "hello world", 11) == 11 && lseek(fd, 6, SEEK_SET) == 6 &&
             read(fd, text, 15) == 5 && !strcmp(text, "world"),
         "what_is_written_is_read");
    fact(pwrite(fd, "W", 1, 6) == 1 && pread(fd, text, 2, 6) == 2 &&
             text[0] == 'W' && lseek(fd, 0, SEEK_CUR) == 11,
         "pwrite_leaves_the_position");
    fact(!fstat(fd, &s) && S_ISREG(s.st_mode) && s.st_size == 11 &&
             (s.st_mode & 0777) == 0640,
         "fstat_tells_size_and_mode");
    fact(!ftruncate(fd, 5) && !fstat(fd, &s) && s.st_size == 5 &&
             pread(fd, text, 9, 0) == 5,
         "a_file_can_be_cut");
    fact(lseek(fd, 100, SEEK_SET) == 100 && write(fd, "x", 1) == 1 &&
             pread(fd, text, 1, 50) == 1 && !text[0],
         "a_hole_reads_as_zeros");
    fact(!fsync(fd), "fsync_answers");
    close(fd);
    fd = open("/a", O_WRONLY | O_APPEND);
    fact(write(fd, "end", 3) == 3 && write(fd, "!", 1) == 1 &&
             !stat("/a", &s) && s.st_size == 105,
         "appending_goes_to_the_end");
    fact(fails(read(fd, text, 1), EBADF), "what_is_only_written_is_not_read");
    close(fd);
    fd = open("/a", O_RDONLY | O_TRUNC);
    if (fd >= 0)
        close(fd);
    fact(!truncate("/a", 0) && !stat("/a", &s) && !s.st_size,
         "a_file_is_emptied_by_its_name");
}

static void large_pieces_go_through(void)
{
    static char out[BIG], in[BIG];
    int fd = open("/big", O_RDWR | O_CREAT, 0600);

    for (int i = 0; i < BIG; i++)
        out[i] = (char)(i * 7 + i / 256);
    fact(write(fd, out, BIG) == BIG && lseek(fd, 0, SEEK_CUR) == BIG,
         "a_large_write_is_complete");
    fact(pread(fd, in, BIG, 0) == BIG && !memcmp(in, out, BIG),
         "a_large_read_is_complete");
    char *map = mmap(0, 8192, PROT_READ, MAP_PRIVATE, fd, 4096);
    fact(map != MAP_FAILED && !memcmp(map, out + 4096, 8192),
         "a_file_is_mapped_as_a_copy");
    munmap(map, 8192);
    FILE *f = fdopen(fd, "r+");
    fact(f && !fseek(f, 1000, SEEK_SET) && getc(f) == (unsigned char)out[1000],
         "stdio_works_on_it");
    fclose(f);
    unlink("/big");
}

static void duplicates_share_the_servers_position(void)
{
    int fd = open("/a", O_RDWR | O_TRUNC), twin = dup(fd);
    char c;

    write(fd, "abc", 3);
    fact(lseek(twin, 0, SEEK_CUR) == 3, "duplicates_share_a_position");
    lseek(fd, 0, SEEK_SET);
    fact(read(twin, &c, 1) == 1 && c == 'a' && read(fd, &c, 1) == 1 && c == 'b',
         "and_read_on");
    close(fd), close(twin);
}

static int count_entries(const char *path, const char *prefix)
{
    struct dirent *entry;
    DIR *d = opendir(path);
    int found = 0;

    while (d && (entry = readdir(d)))
        found += !strncmp(entry->d_name, prefix, strlen(prefix));
    if (d)
        closedir(d);
    return found;
}

static void directories_hold_names(void)
{
    char path[64];
    struct stat s;

    fact(!mkdir("/d", 0755) && fails(mkdir("/d", 0755), EEXIST) &&
             !stat("/d", &s) && S_ISDIR(s.st_mode),
         "a_directory_is_made");
    for (int i = 0; i < 60; i++) {
        snprintf(path, sizeof path, "/d/a-name-of-some-length-%02d", i);
        close(open(path, O_CREAT | O_WRONLY, 0600));
    }
    fact(count_entries("/d", "a-name-") == 60, "all_names_are_listed");
    DIR *d = opendir("/d");
    for (int i = 0; i < 30; i++)
        readdir(d);
    long middle = telldir(d);
    char *name = strdup(readdir(d)->d_name);
    while (readdir(d))
        ;
    seekdir(d, middle);
    struct dirent *entry = readdir(d);
    fact(entry && !strcmp(entry->d_name, name), "seekdir_goes_back");
    closedir(d);
    free(name);
    fact(fails(rmdir("/d"), ENOTEMPTY), "a_full_directory_stays");
    fact(!chdir("/d") && !unlink("a-name-of-some-length-00") &&
             fails(unlink("a-name-of-some-length-00"), ENOENT),
         "a_relative_name_is_taken_away");
    fact(!rename("a-name-of-some-length-01", "../moved") &&
             !stat("/moved", &s) &&
             fails(stat("a-name-of-some-length-01", &s), ENOENT),
         "a_file_is_moved");
    chdir("/");
    for (int i = 2; i < 60; i++) {
        snprintf(path, sizeof path, "/d/a-name-of-some-length-%02d", i);
        unlink(path);
    }
    fact(!rmdir("/d") && fails(stat("/d", &s), ENOENT) && !unlink("/moved"),
         "an_empty_directory_goes");
    fact(unlink("/") < 0 && rmdir("/") < 0 && !stat("/", &s), "the_root_stays");
    fact(fails(open("/a/x", O_RDONLY), ENOTDIR), "a_file_is_no_directory");
    fact(fails(open("/", O_WRONLY), EISDIR), "a_directory_is_not_written");
    fact(fails(rename("/a", "/rom/a"), EXDEV),
         "boot_modules_are_another_file_system");
}

static void links_and_times(void)
{
    struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    char target[32] = "";
    struct statvfs space;
    struct stat s;

    if (!symlink("a", "/link")) {
        fact(readlink("/link", target, sizeof target) == 1 &&
                 target[0] == 'a' && !lstat("/link", &s) &&
                 S_ISLNK(s.st_mode) && !stat("/link", &s) && S_ISREG(s.st_mode),
             "a_symbolic_link_leads_on");
        unlink("/link");
    } else {
        fact(errno == ENOSYS || errno == EPERM || errno == EROFS,
             "symbolic_links_are_refused");
    }
    fact(!utimensat(AT_FDCWD, "/a", times, 0) && !stat("/a", &s) &&
             s.st_atime == 1000 && s.st_mtime == 2000,
         "times_can_be_set");
    fact(!chmod("/a", 0400) && !stat("/a", &s) && (s.st_mode & 0777) == 0400,
         "the_mode_can_be_changed");
    fact(!statvfs("/", &space) && space.f_bsize && space.f_blocks,
         "a_file_system_tells_its_space");
    int fd = open("/a", O_RDONLY);
    char c;
    fact(!unlink("/a") && !pread(fd, &c, 0, 0) && !fstat(fd, &s),
         "an_open_file_outlives_its_name");
    close(fd);
}

static void *write_and_close(void *fd)
{
    char block[3000];
    long put = 0;

    memset(block, 'p', sizeof block);
    for (int i = 0; i < 10; i++)
        put += write((int)(long)fd, block, sizeof block);
    close((int)(long)fd);
    return (void *)put;
}

static void *read_one(void *fd)
{
    char c;
    long got = read((int)(long)fd, &c, 1);

    return (void *)(got < 0 ? -(long)errno : got);
}

static void do_nothing(int sig)
{
    (void)sig;
}

static void pipes_come_from_the_server(void)
{
    struct pollfd p;
    char buffer[2000];
    long sum = 0, got;
    void *result;
    pthread_t t;
    int fd[2];

    fact(!pipe(fd), "a_pipe_is_made");
    p = (struct pollfd){.fd = fd[0], .events = POLLIN};
    fact(poll(&p, 1, 0) == 0, "an_empty_pipe_has_nothing");
    pthread_create(&t, 0, write_and_close, (void *)(long)fd[1]);
    while ((got = read(fd[0], buffer, sizeof buffer)) > 0)
        sum += got;
    pthread_join(t, &result);
    fact(sum == 30000 && (long)result == sum && !got,
         "a_pipe_passes_all_and_ends");
    close(fd[0]);

    signal(SIGUSR1, do_nothing);
    siginterrupt(SIGUSR1, 1);
    pipe(fd);
    pthread_create(&t, 0, read_one, (void *)(long)fd[0]);
    usleep(3000);
    pthread_kill(t, SIGUSR1);
    pthread_join(t, &result);
    fact((long)result == -EINTR, "a_signal_ends_the_waiting");
    signal(SIGPIPE, SIG_IGN);
    close(fd[0]);
    fact(fails(write(fd[1], "x", 1), EPIPE), "nobody_reads_any_more");
    close(fd[1]);
    pipe2(fd, O_NONBLOCK);
    fact(fails(read(fd[0], buffer, 1), EAGAIN), "a_pipe_need_not_wait");
    close(fd[0]), close(fd[1]);
}

/* Files that are opened and closed leave no capability behind. */
static void nothing_is_lost(void)
{
    int good = 1;

    for (int i = 0; i < 6000 && good; i++) {
        int fd = open("/f", O_RDWR | O_CREAT, 0600);
        good = fd >= 0;
        close(fd);
    }
    fact(good, "files_are_given_back");
}

int main(void)
{
    files_keep_what_is_written();
    large_pieces_go_through();
    duplicates_share_the_servers_position();
    directories_hold_names();
    links_and_times();
    pipes_come_from_the_server();
    nothing_is_lost();
    return tap_end();
}
