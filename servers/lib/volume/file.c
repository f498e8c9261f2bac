/*
 * file.iface: open files of a volume. None of them ever makes anybody wait.
 */
#include "file-server.h"
#include "internal.h"
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <stdlib.h>
#include <string.h>

/* Memory that a client and this server share. */
struct buffer {
    void *at; /* NULL: none */
    l4re_ds_t memory;
};

struct open_file {
    struct l4re_session session;
    struct volume_budget *budget; /* NULL: of the server's own gate */
    struct open_node *node;
    l4_uint64_t position;
    unsigned flags;
    bool is_directory;
    struct buffer buffers[VOLUME_BUFFERS_MAX];
};

static struct open_file *file_of(struct l4re_session *session)
{
    return (struct open_file *)session;
}

/* ---- Open and closed ---- */

long volume_file_open(struct volume_client *client, volume_node_t node,
                      unsigned flags, unsigned mode, l4_cap_idx_t *ret_gate)
{
    struct volume_budget *b = client->budget;
    if (b && b->files >= VOLUME_FILES_MAX)
        return -FILES_EMFILE;
    struct open_file *f = calloc(1, sizeof *f);
    struct open_node *n = f ? open_node_get(node) : NULL;
    long error = n ? l4re_session_open(&client->session, &f->session,
                                       &volume_file_service, NULL)
                   : -L4_ENOMEM;
    if (error < 0) {
        if (n)
            open_node_put(n);
        free(f);
        return error;
    }
    f->budget = b;
    f->node = n;
    f->flags = flags;
    f->is_directory = (mode & FILES_KIND) == FILES_KIND_DIRECTORY;
    if (b)
        b->files++; /* keeps I1 */
    *ret_gate = f->session.gate;
    return 0;
}

static void buffer_free(struct open_file *f, struct buffer *b)
{
    if (!b->at)
        return;
    l4re_rm_detach(b->at); /* and with it the memory goes */
    l4re_util_cap_free_um(b->memory);
    b->at = NULL;
    if (f->budget)
        f->budget->buffers--;
}

static void file_closed(struct l4re_session *session)
{
    struct open_file *f = file_of(session);
    for (unsigned i = 0; i < VOLUME_BUFFERS_MAX; i++)
        buffer_free(f, &f->buffers[i]);
    open_node_put(f->node);
    if (f->budget) {
        f->budget->files--;
        volume_budget_drop(f->budget);
    }
    free(f);
}

/* ---- Reading and writing ---- */

static long file_size(struct open_file *f, l4_uint64_t *ret_size)
{
    struct files_status status;
    long error = volume->status(f->node->number, &status);
    if (error >= 0)
        *ret_size = status.size;
    return error;
}

/* What the node's file holds, or its memory where there is some. */
static long node_read(struct open_node *n, l4_uint64_t at, void *to,
                      size_t size)
{
    long got = volume->read(n->number, at, to, size);
    if (got > 0)
        memcpy(to, n->memory ? n->memory->at + at : to,
               memory_part(n->memory, at, (size_t)got));
    return got;
}

static long node_write(struct open_node *n, l4_uint64_t at, const void *from,
                       size_t size)
{
    long put = volume->write(n->number, at, from, size);
    if (put > 0 && n->memory)
        memcpy(n->memory->at + at, from,
               memory_part(n->memory, at, (size_t)put));
    return put;
}

static long read_at(struct open_file *f, l4_umword_t at, void *to, size_t size)
{
    if (f->is_directory)
        return -FILES_EISDIR;
    if (!(f->flags & FILES_READ))
        return -L4_EPERM;
    long got =
        node_read(f->node, at == FILES_HERE ? f->position : at, to, size);
    if (got > 0 && at == FILES_HERE)
        f->position += (l4_uint64_t)got;
    return got;
}

static long may_write(struct open_file *f)
{
    bool allowed = f->flags & FILES_WRITE &&
                   l4re_session_rights(&f->session) & L4_CAP_FPAGE_W;
    if (!allowed)
        return -L4_EPERM;
    volume_note_change();
    return 0;
}

static long write_at(struct open_file *f, l4_umword_t at, const void *from,
                     size_t size)
{
    l4_uint64_t start = at == FILES_HERE ? f->position : at;
    long error = may_write(f);
    if (error >= 0 && (f->flags & FILES_APPEND))
        error = file_size(f, &start);
    if (error < 0 || !size)
        return error;
    if (start > FILES_SIZE_MAX - size)
        return -FILES_EFBIG;
    long put = node_write(f->node, start, from, size);
    if (put > 0 && at == FILES_HERE)
        f->position = start + (l4_uint64_t)put;
    return put;
}

static long on_read(struct l4re_session *session, l4_umword_t at,
                    l4_umword_t size, void *ret_data, size_t *ret_data_size)
{
    size_t room = *ret_data_size;
    long got = read_at(file_of(session), at, ret_data,
                       size < room ? (size_t)size : room);
    *ret_data_size = got > 0 ? (size_t)got : 0;
    return got < 0 ? got : 0;
}

static long on_write(struct l4re_session *session, l4_umword_t at,
                     const void *data, size_t data_size,
                     l4_umword_t *ret_written)
{
    long put = write_at(file_of(session), at, data, data_size);
    *ret_written = put > 0 ? (l4_umword_t)put : 0;
    return put < 0 ? put : 0;
}

/* ---- Through a buffer ---- */

/* Memory of this server's for both, all of it there from the start: what
 * touches it later cannot fail. */
static long buffer_make(struct buffer *b)
{
    void *at;
    l4re_ds_t memory;
    long error = volume_memory_attach(VOLUME_BUFFER_SIZE, &at, &memory);
    if (error >= 0 &&
        (error = l4re_ds_allocate(memory, 0, VOLUME_BUFFER_SIZE)) < 0) {
        l4re_rm_detach(at);
        l4re_util_cap_free_um(memory);
    }
    if (error < 0)
        return -L4_ENOMEM;
    *b = (struct buffer){at, memory};
    return 0;
}

static long on_share(struct l4re_session *session, l4_umword_t *ret_buffer,
                     l4_umword_t *ret_size, l4_cap_idx_t *ret_memory)
{
    struct open_file *f = file_of(session);
    unsigned i = 0;
    while (i < VOLUME_BUFFERS_MAX && f->buffers[i].at)
        i++;
    if (i == VOLUME_BUFFERS_MAX || f->is_directory)
        return -L4_EBUSY;
    if (f->budget && f->budget->buffers >= VOLUME_CLIENT_BUFFERS_MAX)
        return -L4_EBUSY;
    long error = buffer_make(&f->buffers[i]);
    if (error < 0)
        return error;
    if (f->budget)
        f->budget->buffers++;
    *ret_buffer = i;
    *ret_size = VOLUME_BUFFER_SIZE;
    *ret_memory = f->buffers[i].memory;
    return 0;
}

/* Where [from, + size) of a buffer is; NULL: nowhere. */
static void *in_buffer(struct open_file *f, l4_umword_t buffer,
                       l4_umword_t from, l4_umword_t size)
{
    if (buffer >= VOLUME_BUFFERS_MAX || !f->buffers[buffer].at ||
        from > VOLUME_BUFFER_SIZE || size > VOLUME_BUFFER_SIZE - from)
        return NULL;
    return (char *)f->buffers[buffer].at + from;
}

static long on_read_shared(struct l4re_session *session, l4_umword_t at,
                           l4_umword_t buffer, l4_umword_t from,
                           l4_umword_t size, l4_umword_t *ret_moved)
{
    struct open_file *f = file_of(session);
    void *to = in_buffer(f, buffer, from, size);
    long got = to ? read_at(f, at, to, size) : -L4_ERANGE;
    *ret_moved = got > 0 ? (l4_umword_t)got : 0;
    return got < 0 ? got : 0;
}

static long on_write_shared(struct l4re_session *session, l4_umword_t at,
                            l4_umword_t buffer, l4_umword_t from,
                            l4_umword_t size, l4_umword_t *ret_moved)
{
    struct open_file *f = file_of(session);
    const void *what = in_buffer(f, buffer, from, size);
    long put = what ? write_at(f, at, what, size) : -L4_ERANGE;
    *ret_moved = put > 0 ? (l4_umword_t)put : 0;
    return put < 0 ? put : 0;
}

/* ---- The rest ---- */

static long on_seek(struct l4re_session *session, long offset,
                    l4_umword_t whence, l4_umword_t *ret_at)
{
    struct open_file *f = file_of(session);
    l4_uint64_t base = 0;
    long error = 0, at;
    if (whence == 1)
        base = f->position;
    else if (whence == 2)
        error = file_size(f, &base);
    else if (whence)
        error = -L4_EINVAL;
    if (error < 0)
        return error;
    if (__builtin_add_overflow((long)base, offset, &at) || at < 0)
        return -L4_EINVAL;
    f->position = (l4_uint64_t)at;
    *ret_at = (l4_umword_t)at;
    return 0;
}

static long on_stat(struct l4re_session *session, void *ret_status,
                    size_t *ret_status_size)
{
    struct files_status status;
    long error = volume->status(file_of(session)->node->number, &status);
    if (error < 0)
        return error;
    memcpy(ret_status, &status, sizeof status);
    *ret_status_size = sizeof status;
    return 0;
}

static long on_truncate(struct l4re_session *session, l4_umword_t size)
{
    struct open_file *f = file_of(session);
    long error = may_write(f);
    if (error < 0)
        return error;
    if (size > FILES_SIZE_MAX)
        return -FILES_EFBIG;
    return volume_truncate(f->node->number, size);
}

static long on_sync(struct l4re_session *session)
{
    (void)session;
    return volume_sync();
}

/* Puts an entry behind `size` bytes of records; what they are then, or 0:
 * there is no room. */
static size_t put_record(char *records, size_t size, size_t room,
                         const struct volume_entry *e)
{
    size_t length = strlen(e->name);
    if (size + sizeof e->inode + 2 + length > room)
        return 0;
    memcpy(records + size, &e->inode, sizeof e->inode);
    size += sizeof e->inode;
    records[size++] = (char)(e->kind >> 12);
    records[size++] = (char)length;
    memcpy(records + size, e->name, length);
    return size + length;
}

static long on_entries(struct l4re_session *session, l4_umword_t at,
                       l4_umword_t *ret_next, void *ret_records,
                       size_t *ret_records_size)
{
    struct open_file *f = file_of(session);
    size_t size = 0, room = *ret_records_size;
    struct volume_entry entry;
    if (!f->is_directory)
        return -L4_ENOTDIR;
    for (l4_umword_t cursor = at;;) {
        long found = volume->entry(f->node->number, &cursor, &entry);
        if (found < 0)
            return found;
        size_t more = found ? put_record(ret_records, size, room, &entry) : 0;
        if (!more)
            break;
        size = more;
        at = cursor;
    }
    *ret_next = at;
    *ret_records_size = size;
    return 0;
}

static long on_flags(struct l4re_session *session, l4_umword_t mask,
                     l4_umword_t value, l4_umword_t *ret_flags)
{
    struct open_file *f = file_of(session);
    unsigned may = (unsigned)mask & (FILES_APPEND | FILES_NONBLOCK);
    f->flags = (f->flags & ~may) | ((unsigned)value & may);
    *ret_flags = f->flags;
    return 0;
}

static long on_wait(struct l4re_session *session, l4_umword_t events,
                    l4_umword_t *ret_ready)
{
    (void)session, (void)events;
    *ret_ready = FILES_CAN_READ | FILES_CAN_WRITE;
    return 0;
}

static long on_map(struct l4re_session *session, l4_umword_t writable,
                   l4_umword_t program, l4_umword_t *ret_size,
                   l4_cap_idx_t *ret_memory, l4_cap_idx_t *ret_mapping)
{
    struct open_file *f = file_of(session);
    struct volume_map map = {.parent = session,
                             .node = f->node->number,
                             .budget = f->budget,
                             .is_writable = writable != 0,
                             .program = program};
    long error = f->is_directory ? -L4_ENODEV : 0;
    if (!error && !(f->flags & FILES_READ))
        error = -L4_EPERM;
    if (!error && writable)
        error = volume->write ? may_write(f) : -L4_EPERM;
    if (!error)
        error = mapping_open(&map);
    *ret_size = map.size;
    *ret_memory = map.memory;
    *ret_mapping = map.gate;
    return error;
}

static const struct file_methods methods = {
    .read = on_read,
    .write = on_write,
    .share = on_share,
    .read_shared = on_read_shared,
    .write_shared = on_write_shared,
    .seek = on_seek,
    .stat = on_stat,
    .truncate = on_truncate,
    .sync = on_sync,
    .entries = on_entries,
    .flags = on_flags,
    .wait = on_wait,
    .map = on_map,
};

const struct l4re_service volume_file_service = {
    .interface = &file_interface,
    .methods = &methods,
    .closed = file_closed,
};
