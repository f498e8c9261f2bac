/*
 * Descriptors and paths, as POSIX has them, over the boot modules: what needs
 * no file server. A TAP producer; argv[0] names the program's own file.
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
#include <sys/select.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *self;

/* Did a call fail with this error? */
static int fails(long result, int error)
{
    return result < 0 && errno == error;
}

static void duplicates_share_a_position(void)
{
    char c = 0;
    int fd = open(self, O_RDONLY), twin = dup(fd), other = open(self, O_RDONLY);

    fact(fd == 3 && twin == 4 && other == 5, "the_lowest_number_is_taken");
    fact(lseek(fd, 1, SEEK_SET) == 1 && read(twin, &c, 1) == 1 && c == 'E',
         "duplicates_share_a_position");
    fact(read(other, &c, 1) == 1 && c == '\177',
         "a_second_open_has_its_own_position");
    fact(pread(fd, &c, 1, 3) == 1 && c == 'F' && lseek(fd, 0, SEEK_CUR) == 2,
         "pread_leaves_the_position");
    fact(!close(fd) && read(twin, &c, 1) == 1 && c == 'L',
         "a_duplicate_outlives_the_original");
    fact(dup2(twin, 20) == 20 && lseek(20, 0, SEEK_CUR) == 3,
         "dup2_takes_the_number_it_is_given");
    fact(dup2(other, 20) == 20 && lseek(20, 0, SEEK_CUR) == 1,
         "dup2_closes_what_was_there");
    fact(dup2(20, 20) == 20 && fails(dup2(19, 19), EBADF) &&
             fails(dup2(20, 5000), EBADF),
         "dup2_onto_itself_only_looks");
    fact(fails(dup3(20, 20, 0), EINVAL), "dup3_onto_itself_is_refused");
    close(twin), close(other), close(20);
}

static void descriptors_have_flags(void)
{
    int fd = open(self, O_RDONLY | O_CLOEXEC);

    fact(fcntl(fd, F_GETFD) == FD_CLOEXEC, "cloexec_is_kept");
    fact(!fcntl(fd, F_SETFD, 0) && fcntl(fd, F_GETFD) == 0,
         "cloexec_can_be_taken_off");
    int high = fcntl(fd, F_DUPFD_CLOEXEC, 100);
    fact(high == 100 && fcntl(high, F_GETFD) == FD_CLOEXEC,
         "f_dupfd_counts_from_its_argument");
    fact((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY,
         "the_access_mode_is_told");
    fact(!fcntl(fd, F_SETFL, O_NONBLOCK) && fcntl(high, F_GETFL) & O_NONBLOCK,
         "status_flags_belong_to_the_open_file");
    fact(fails(write(fd, "x", 1), EBADF), "a_read_only_file_is_not_written");
    close(fd), close(high);
}

static void the_table_has_an_end(void)
{
    int count = 0, fd;

    while ((fd = open("/rom/bootinfo", O_RDONLY)) >= 0)
        count++; /* a small one: each is attached */
    fact(count == 253 && errno == EMFILE, "the_table_has_an_end");
    for (fd = 3; fd < 256; fd++)
        close(fd);
    fd = open(self, O_RDONLY);
    fact(fd == 3, "closed_numbers_are_used_again");
    close(fd);
}

static void positions_have_limits(void)
{
    int fd = open(self, O_RDONLY);
    struct stat s;

    fact(!fstat(fd, &s) && lseek(fd, -1, SEEK_END) == s.st_size - 1,
         "seek_from_the_end");
    fact(fails(lseek(fd, -1, SEEK_SET), EINVAL) &&
             lseek(fd, 0, SEEK_CUR) == s.st_size - 1,
         "a_seek_before_the_start_changes_nothing");
    fact(fails(lseek(fd, 0, 77), EINVAL), "an_unknown_whence_is_refused");
    fact(fails(lseek(0, 0, SEEK_SET), ESPIPE) &&
             fails(pread(1, &s, 1, 0), ESPIPE),
         "the_console_has_no_position");
    fact(fails(ftruncate(fd, 0), EINVAL), "a_read_only_file_is_not_cut");
    close(fd);
}

static int list_has(const char *path, const char *name)
{
    struct dirent *entry;
    DIR *d = opendir(path);
    int found = 0;

    while (d && (entry = readdir(d)))
        found += !strcmp(entry->d_name, name);
    if (d)
        closedir(d);
    return found;
}

static void directories_are_listed(void)
{
    const char *name = strrchr(self, '/') + 1;
    struct dirent *entry;

    fact(list_has("/", "rom") == 1, "the_root_lists_the_boot_modules");
    fact(list_has("/rom", name) == 1 && list_has("/rom", "bootinfo") == 1,
         "the_boot_modules_are_listed");
    fact(!opendir(self) && errno == ENOTDIR, "a_file_is_no_directory");
    DIR *d = opendir("/rom");
    if (!d)
        return;
    readdir(d);
    long second = telldir(d);
    char *kept = strdup(readdir(d)->d_name);
    seekdir(d, second);
    entry = readdir(d);
    fact(entry && !strcmp(entry->d_name, kept), "seekdir_goes_back");
    rewinddir(d);
    readdir(d);
    fact(!strcmp(readdir(d)->d_name, kept), "rewinddir_starts_again");
    char c;
    fact(fails(read(dirfd(d), &c, 1), EISDIR), "a_directory_is_not_read");
    int fd = openat(dirfd(d), name, O_RDONLY);
    fact(fd >= 0 && read(fd, &c, 1) == 1 && c == '\177',
         "openat_starts_at_its_directory");
    fact(fails(openat(fd, name, O_RDONLY), ENOTDIR),
         "openat_wants_a_directory");
    close(fd);
    free(kept);
    closedir(d);
}

static void paths_are_resolved(void)
{
    const char *name = strrchr(self, '/') + 1;
    char path[300], here[300];
    struct stat s;

    fact(getcwd(here, sizeof here) && !strcmp(here, "/"),
         "programs_start_in_the_root");
    snprintf(path, sizeof path, "/./rom//../rom/%s", name);
    fact(!stat(path, &s) && S_ISREG(s.st_mode), "dots_and_slashes_go");
    fact(!stat("/../..", &s) && S_ISDIR(s.st_mode), "above_the_root_is_it");
    snprintf(path, sizeof path, "/rom/%s/", name);
    fact(fails(stat(path, &s), ENOTDIR), "a_slash_behind_wants_a_directory");
    fact(!chdir("rom") && !stat(name, &s) && getcwd(here, sizeof here) &&
             !strcmp(here, "/rom"),
         "chdir_moves_relative_paths");
    fact(fails(chdir(name), ENOTDIR) && fails(chdir("nowhere"), ENOENT) &&
             getcwd(here, sizeof here) && !strcmp(here, "/rom"),
         "a_failed_chdir_changes_nothing");
    fact(!getcwd(here, 4) && errno == ERANGE, "getcwd_wants_room");
    chdir("/");
    memset(path, 'x', sizeof path - 1);
    path[sizeof path - 1] = 0;
    fact(fails(open(path, O_RDONLY), ENAMETOOLONG), "a_path_has_an_end");
    fact(fails(open("", O_RDONLY), ENOENT), "an_empty_path_is_nothing");
    fact(fails(readlink(self, path, 10), EINVAL) &&
             fails(readlink("rom/nowhere", path, 10), ENOENT),
         "nothing_is_a_symbolic_link");
    fact(realpath("rom/../rom/.", path) && !strcmp(path, "/rom"),
         "realpath_resolves");
}

static void nothing_is_written_here(void)
{
    fact(!access(self, R_OK) && fails(access(self, W_OK), EACCES) &&
             fails(access("rom/no", F_OK), ENOENT),
         "access_tells_what_may_be_done");
    fact(fails(open(self, O_RDWR), EROFS), "a_boot_module_stays");
    fact(fails(open("rom/new", O_WRONLY | O_CREAT, 0600), EROFS) &&
             fails(open(self, O_CREAT | O_EXCL | O_RDONLY, 0600), EEXIST),
         "nothing_new_among_boot_modules");
    fact(fails(mkdir("/rom/d", 0700), EROFS) && fails(unlink(self), EROFS) &&
             fails(rename(self, "rom/b"), EROFS) && fails(rmdir("/rom"), EROFS),
         "the_boot_modules_cannot_be_changed");
    fact(umask(077) == 022 && umask(022) == 077, "umask_gives_the_old_mask");
}

static void the_console_can_be_moved(void)
{
    int kept = dup(1), closed = kept > 2 && !close(1);

    FILE *f = fdopen(kept, "w");
    int worked = write(1, "lost", 4) < 0 && errno == EBADF &&
                 write(kept, "# said otherwise\n", 17) == 17;
    dup2(kept, 1);
    fact(closed, "standard_output_can_be_closed");
    fact(f && worked, "a_duplicate_writes_for_it");
    fclose(f);
    struct pollfd p[3] = {{.fd = 1, .events = POLLOUT},
                          {.fd = 77, .events = POLLIN},
                          {.fd = -1, .events = POLLIN}};
    fact(poll(p, 3, 0) == 2 && p[0].revents == POLLOUT &&
             p[1].revents == POLLNVAL && p[2].revents == 0,
         "poll_tells_what_is_ready");
}

static void *write_much(void *fd)
{
    char block[5000];

    memset(block, 'm', sizeof block);
    long put = 0;
    for (int i = 0; i < 10; i++)
        put += write((int)(long)fd, block, sizeof block);
    close((int)(long)fd);
    return (void *)put;
}

static void a_pipe_waits_for_its_other_end(void)
{
    char buffer[4000];
    void *put = 0;
    long sum = 0, got;
    pthread_t t;
    int fd[2];

    fact(!pipe(fd), "a_pipe_is_made");
    pthread_create(&t, 0, write_much, (void *)(long)fd[1]);
    while ((got = read(fd[0], buffer, sizeof buffer)) > 0)
        sum += got;
    pthread_join(t, &put);
    fact(sum == 50000 && (long)put == sum && got == 0,
         "a_pipe_passes_all_and_ends");
    close(fd[0]);
}

static void pipes_have_edges(void)
{
    struct pollfd p[2];
    char block[4096] = {0};
    int fd[2], room = 0;

    fact(!pipe2(fd, O_NONBLOCK | O_CLOEXEC) &&
             fcntl(fd[0], F_GETFD) == FD_CLOEXEC,
         "pipe2_takes_flags");
    p[0] = (struct pollfd){.fd = fd[0], .events = POLLIN};
    p[1] = (struct pollfd){.fd = fd[1], .events = POLLOUT};
    fact(fails(read(fd[0], block, 1), EAGAIN) && poll(p, 2, 0) == 1 &&
             !p[0].revents && p[1].revents == POLLOUT,
         "an_empty_pipe_can_only_be_written");
    while (write(fd[1], block, sizeof block) == sizeof block)
        room++;
    fact(room > 0 && errno == EAGAIN && poll(p, 2, 0) == 1 &&
             p[0].revents == POLLIN && !p[1].revents,
         "a_full_pipe_can_only_be_read");
    fact(fails(lseek(fd[0], 0, SEEK_SET), ESPIPE) &&
             fails(read(fd[1], block, 1), EBADF) &&
             fails(write(fd[0], block, 1), EBADF),
         "each_end_goes_one_way");
    signal(SIGPIPE, SIG_IGN);
    close(fd[0]);
    fact(fails(write(fd[1], block, 1), EPIPE) && poll(p + 1, 1, 0) == 1 &&
             p[1].revents & POLLERR,
         "nobody_reads_any_more");
    close(fd[1]);
}

static void *write_later(void *fd)
{
    usleep(2000);
    return (void *)write((int)(long)fd, "x", 1);
}

static void poll_and_select_wait(void)
{
    struct timeval brief = {.tv_usec = 3000};
    struct pollfd p;
    pthread_t t;
    fd_set set;
    int fd[2];

    pipe(fd);
    p = (struct pollfd){.fd = fd[0], .events = POLLIN};
    fact(poll(&p, 1, 2) == 0, "poll_ends_in_time");
    FD_ZERO(&set);
    FD_SET(fd[0], &set);
    fact(select(fd[0] + 1, &set, 0, 0, &brief) == 0 && !FD_ISSET(fd[0], &set),
         "select_ends_in_time");
    pthread_create(&t, 0, write_later, (void *)(long)fd[1]);
    fact(poll(&p, 1, -1) == 1 && p.revents == POLLIN, "poll_sees_a_writer");
    FD_SET(fd[0], &set);
    fact(select(fd[0] + 1, &set, 0, 0, 0) == 1 && FD_ISSET(fd[0], &set),
         "select_sees_it_too");
    FD_ZERO(&set);
    FD_SET(99, &set);
    fact(fails(select(100, &set, 0, 0, &brief), EBADF),
         "select_of_a_closed_file_fails");
    pthread_join(t, 0);
    close(fd[0]), close(fd[1]);
}

int main(int argc, char **argv)
{
    self = argc ? argv[0] : "rom/test-files";
    duplicates_share_a_position();
    descriptors_have_flags();
    the_table_has_an_end();
    positions_have_limits();
    directories_are_listed();
    paths_are_resolved();
    nothing_is_written_here();
    the_console_can_be_moved();
    a_pipe_waits_for_its_other_end();
    pipes_have_edges();
    poll_and_select_wait();
    return tap_end();
}
