/*
 * Checkpoints: copies of the process as it was, asleep, from which the run
 * can go on once more.
 *
 *      run --fork--> run --fork--> run --> at record 150,000
 *         \             \
 *          record 1      record 50,000      asleep; each has RAM's bytes
 *                          \--fork--> goes on to record 149,999
 *
 * fork() copies all but simulated RAM, which is one file that all mappings
 * share: a copy keeps the bytes of the pages that are in use, and writes them
 * back when it is woken. It then forks who goes on, and sleeps again. The
 * run is deterministic, so whoever goes on makes the same records.
 *
 * A copy sleeps in read() of a pipe whose other end all later processes hold:
 * when the last of them is gone it ends, too.
 *
 * I1  Copies are ordered by their record; the first is of record 1.
 * I2  A process knows the copies made before it, no others.
 */
#include "sim.h"
#include "cpu.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { COPIES_MAX = 32, EVERY_FIRST = 50000 };

struct copy {
    uint64_t record;
    int wake; /* pipe: up to which record it is to go on, 0: it is to end */
};

struct extent { /* of RAM, in a copy's own memory */
    struct extent *next;
    off_t offset;
    size_t size;
    char bytes[];
};

struct shared {
    uint64_t shown; /* bytes of console output */
    int debug;      /* a debugger asked to go back (tools/gdb/back.py) */
    pid_t stands;   /* then: who waits for it */
};

static struct {
    struct copy copy[COPIES_MAX];
    unsigned count;
    uint64_t every, next; /* records */
    struct shared *shared;
} checkpoints;

void *checkpoint_share(size_t size)
{
    void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED)
        sim_die("out of memory");
    return p;
}

void checkpoint_init(void)
{
    checkpoints.every = EVERY_FIRST;
    checkpoints.next = 1;
    checkpoints.shared = checkpoint_share(sizeof(*checkpoints.shared));
    signal(SIGCHLD, SIG_IGN); /* nobody waits for who went on */
}

bool checkpoint_for_debugger(void)
{
    struct shared *s = checkpoints.shared;
    if (!s->debug)
        return false;
    s->debug = 0;
    s->stands = getpid();
    return true;
}

size_t checkpoint_shown(uint64_t position, size_t size)
{
    struct shared *s = checkpoints.shared;
    if (!s)
        return 0;
    uint64_t before = s->shown > position ? s->shown - position : 0;
    if (position + size > s->shown)
        s->shown = position + size;
    return before < size ? (size_t)before : size;
}

/* --- RAM --------------------------------------------------------------------
 */

/* The pages that are in use, as one list. */
static struct extent *ram_keep(void)
{
    uint64_t size;
    int fd = machine_ram(&size);
    struct extent *list = NULL;
    off_t at = 0, end;

    while ((at = lseek(fd, at, SEEK_DATA)) >= 0) {
        end = lseek(fd, at, SEEK_HOLE);
        struct extent *e = malloc(sizeof(*e) + (size_t)(end - at));
        if (!e)
            _exit(SIM_EXIT_USAGE);
        *e = (struct extent){list, at, (size_t)(end - at)};
        if (pread(fd, e->bytes, e->size, at) != (ssize_t)e->size)
            _exit(SIM_EXIT_USAGE);
        list = e;
        at = end;
    }
    return list;
}

/* What is in no extent reads as zero, as it did. */
static void ram_restore(const struct extent *list)
{
    uint64_t size;
    int fd = machine_ram(&size);

    if (fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                  (off_t)size))
        sim_die("cannot go back: %s", strerror(errno));
    for (const struct extent *e = list; e; e = e->next)
        if (pwrite(fd, e->bytes, e->size, e->offset) != (ssize_t)e->size)
            sim_die("cannot go back: %s", strerror(errno));
}

/* --- copies ------------------------------------------------------------------
 */

/* Every second copy but the first goes; they come half as often from now. */
static void checkpoint_thin(void)
{
    const uint64_t end = 0;
    unsigned kept = 0;

    for (unsigned i = 0; i < checkpoints.count; i++) {
        struct copy c = checkpoints.copy[i];
        if (i % 2 == 0) {
            checkpoints.copy[kept++] = c;
        } else {
            (void)!write(c.wake, &end, sizeof(end));
            close(c.wake);
        }
    }
    checkpoints.count = kept;
    checkpoints.every *= 2;
}

/* In the copy: comes back, in a process that goes on, once it is woken. */
static uint64_t checkpoint_sleep(int wake, int made)
{
    struct extent *ram = ram_keep();
    uint64_t target;
    char path[64];
    int own; /* the end that wakes this copy, for who goes on */

    snprintf(path, sizeof(path), "/proc/self/fd/%d", wake);

    (void)!write(made, "", 1);
    close(made);
    for (;;) {
        ssize_t n = read(wake, &target, sizeof(target));
        if (n < 0 && errno == EINTR)
            continue;
        if (n != sizeof(target) || !target)
            _exit(0);
        own = open(path, O_WRONLY | O_CLOEXEC);
        pid_t pid = own < 0 ? -1 : fork();
        if (pid < 0)
            _exit(SIM_EXIT_USAGE);
        if (!pid)
            break;
        close(own);
    }
    close(wake);
    checkpoints.copy[checkpoints.count - 1].wake = own;
    hw_cpu_forked();
    ram_restore(ram);
    tracefile_back();
    while (ram) {
        struct extent *next = ram->next;
        free(ram);
        ram = next;
    }
    return target;
}

/* The copy of `record`; true in who goes on from it. */
static bool checkpoint_make(uint64_t record, uint64_t *ret_target)
{
    int wake[2], made[2];
    char byte;

    console_flush();
    fflush(NULL);
    if (pipe2(wake, O_CLOEXEC) || pipe2(made, O_CLOEXEC))
        sim_die("cannot keep a checkpoint: %s", strerror(errno));
    checkpoints.copy[checkpoints.count++] = (struct copy){record, wake[1]};
    pid_t pid = fork();
    if (pid < 0)
        sim_die("cannot keep a checkpoint: %s", strerror(errno));
    if (!pid) {
        close(made[0]);
        close(wake[1]); /* or it would never end */
        *ret_target = checkpoint_sleep(wake[0], made[1]);
        return true;
    }
    close(wake[0]);
    close(made[1]);
    (void)!read(made[0], &byte, 1);
    close(made[0]);
    return false;
}

bool checkpoint_consider(uint64_t record, uint64_t *ret_target)
{
    if (record < checkpoints.next)
        return false;
    if (checkpoints.count == COPIES_MAX)
        checkpoint_thin();
    checkpoints.next = record + checkpoints.every;
    return checkpoint_make(record, ret_target);
}

void checkpoint_back(uint64_t record)
{
    for (unsigned i = checkpoints.count; i--;) {
        const struct copy *c = &checkpoints.copy[i];
        if (c->record > record)
            continue;
        if (write(c->wake, &record, sizeof(record)) == sizeof(record))
            _exit(0);
    }
}
