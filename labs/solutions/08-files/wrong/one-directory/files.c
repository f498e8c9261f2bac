/*
 * A file server, over a disk that may lose its power at any moment.
 */
#include "disk.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/sys/rcv_endpoint.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/*
 *      block 0, 1   the directory, twice
 *      block 2...   the files, one each
 *
 * A change never touches a block that the directory in force names: the file's
 * new words go to a free block, then the new directory takes the place of the
 * older one. It is in force from the moment it is whole.
 */
enum {
    SESSIONS_MAX = 4,
    LABEL_STEP = 0x10,
    DIRECTORIES = 1,
    ENTRIES = 15,
    NOBODY = 0,
};

struct entry {
    l4_umword_t name;
    uint16_t owner; /* session + 1; NOBODY: free */
    uint16_t block, words, unused;
};

struct directory {
    l4_umword_t generation; /* 0: there is none */
    l4_umword_t sum;        /* of all else */
    struct entry entries[ENTRIES];
};

_Static_assert(sizeof(struct directory) == BLOCK_WORDS * sizeof(l4_umword_t),
               "a directory is a block");

static unsigned quota[SESSIONS_MAX]; /* files of each session */
static struct directory now;         /* in force */

static l4_umword_t sum_of(const struct directory *d)
{
    const l4_umword_t *words = (const l4_umword_t *)d;
    l4_umword_t sum = d->generation * 31;
    for (unsigned i = 2; i < BLOCK_WORDS; i++)
        sum = (sum ^ words[i]) * 0x100000001b3ul;
    return sum;
}

/* The newest directory that is whole; an empty one on a new disk. */
static long mount(void)
{
    for (unsigned i = 0; i < DIRECTORIES; i++) {
        struct directory d;
        long error = disk_read(i, (l4_umword_t *)&d);
        if (error < 0)
            return error;
        if (d.sum == sum_of(&d) && d.generation > now.generation)
            now = d;
    }
    return 0;
}

/* `next` is in force once it is on the disk. */
static long commit(struct directory *next)
{
    next->generation = now.generation + 1;
    next->sum = sum_of(next);
    long error =
        disk_write(next->generation % DIRECTORIES, (const l4_umword_t *)next);
    if (error >= 0)
        now = *next;
    return error;
}

/* The entry's number, ENTRIES: there is none. */
static unsigned find(unsigned owner, l4_umword_t name)
{
    unsigned i = 0;
    while (i < ENTRIES && (now.entries[i].owner != owner ||
                           (owner != NOBODY && now.entries[i].name != name)))
        i++;
    return i;
}

static unsigned files_of(unsigned owner)
{
    unsigned count = 0;
    for (unsigned i = 0; i < ENTRIES; i++)
        count += now.entries[i].owner == owner;
    return count;
}

/* A block no file has; there are more blocks than files. */
static unsigned free_block(void)
{
    unsigned block = DIRECTORIES;
    for (unsigned i = 0; i < ENTRIES; i++)
        if (now.entries[i].owner != NOBODY && now.entries[i].block == block) {
            block++;
            i = ~0u; /* all once more */
        }
    return block;
}

static long put(unsigned session, l4_umword_t name, const l4_umword_t *words,
                unsigned count)
{
    l4_umword_t data[BLOCK_WORDS] = {0};
    struct directory next = now;
    unsigned owner = session + 1, at = find(owner, name);

    if (count < 1 || count > FILE_WORDS)
        return -L4_EINVAL;
    if (at == ENTRIES && files_of(owner) < quota[session])
        at = find(NOBODY, 0);
    if (at == ENTRIES)
        return -L4_ENOMEM;
    memcpy(data, words, count * sizeof *words);
    unsigned block = free_block();
    long error = disk_write(block, data);
    if (error < 0)
        return error;
    next.entries[at] = (struct entry){.name = name,
                                      .owner = (uint16_t)owner,
                                      .block = (uint16_t)block,
                                      .words = (uint16_t)count};
    return commit(&next);
}

/* The number of words, copied to `words`; or an error. */
static long get(unsigned session, l4_umword_t name, l4_umword_t *words)
{
    unsigned at = find(session + 1, name);
    if (at == ENTRIES)
        return -L4_ENOENT;
    long error = disk_read(now.entries[at].block, words);
    return error < 0 ? error : now.entries[at].words;
}

static long delete (unsigned session, l4_umword_t name)
{
    struct directory next = now;
    unsigned at = find(session + 1, name);
    if (at == ENTRIES)
        return -L4_ENOENT;
    next.entries[at] = (struct entry){.owner = NOBODY};
    return commit(&next);
}

static l4_msgtag_t serve(unsigned session, l4_msgtag_t request)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    l4_umword_t words[L4_UTCB_GENERIC_DATA_SIZE], name = m->mr[1];
    unsigned count = l4_msgtag_words(request);

    if (l4_msgtag_label(request) != FILES_PROTOCOL)
        return l4_msgtag(-L4_EBADPROTO, 0, 0, 0);
    if (count < 2)
        return l4_msgtag(-L4_EINVAL, 0, 0, 0);
    switch (m->mr[0]) {
    case PUT: /* the disk's messages use the same registers */
        memcpy(words, m->mr + 2, (count - 2) * sizeof *words);
        return l4_msgtag(put(session, name, words, count - 2), 0, 0, 0);
    case GET: {
        long got = get(session, name, words);
        if (got < 0)
            return l4_msgtag(got, 0, 0, 0);
        memcpy(m->mr, words, (size_t)got * sizeof *words);
        return l4_msgtag(0, (unsigned)got, 0, 0);
    }
    case DELETE:
        return l4_msgtag(delete (session, name), 0, 0, 0);
    default:
        return l4_msgtag(-L4_ENOSYS, 0, 0, 0);
    }
}

/* Every session has a gate of its own, "client_1" and so on; the arguments
 * are the quotas. */
static void open_sessions(int count, char **quotas)
{
    for (int i = 1; i < count && i <= SESSIONS_MAX; i++) {
        char name[16];
        snprintf(name, sizeof name, "client_%d", i);
        quota[i - 1] = (unsigned)atoi(quotas[i]);
        l4_rcv_ep_bind_thread(l4re_env_get_cap(name), l4re_env()->main_thread,
                              (l4_umword_t)i * LABEL_STEP);
    }
}

int main(int argc, char **argv)
{
    long error = mount();
    if (error < 0) {
        printf("no disk: %s\n", l4sys_errtostr(error));
        return 1;
    }
    open_sessions(argc, argv);

    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    for (;;) {
        if (l4_msgtag_has_error(tag))
            tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
        else
            tag = l4_ipc_reply_and_wait(
                l4_utcb(), serve((unsigned)(label / LABEL_STEP) - 1, tag),
                &label, L4_IPC_SEND_TIMEOUT_0);
    }
}
