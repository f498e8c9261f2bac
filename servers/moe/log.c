/*
 * Logs: the vcon protocol towards programs, whole lines towards the console.
 *
 *      hello: "Hel" ... "lo\n"        console:  hello| Hello
 *      other: "x = 1\n"                         other| x = 1
 *
 * What programs write is kept until the line is complete (or too long), so
 * that lines of different programs do not mix. Writing is one-way: nobody
 * waits for an answer. Reading is passed on to the kernel's console.
 */
#include "log.h"
#include "console.h"
#include "factory.h"
#include "record.h"
#include <l4/sys/err.h>
#include <l4/sys/vcon.h>
#include <string.h>

static unsigned color_number(const char *name)
{
    static const char *const names[] = {"black", "red",     "green", "yellow",
                                        "blue",  "magenta", "cyan",  "white"};
    for (unsigned i = 0; *name && i < 8; i++)
        if (!strcmp(name, names[i]) || (i && !name[1] && *name == *names[i]))
            return 30 + i;
    return 0;
}

/* The line goes out, with its tag. */
static void log_flush(struct log *l)
{
    char out[LOG_LINE_SIZE + LOG_TAG_SIZE + 16];
    char *p = out;
    if (l->tag[0]) {
        if (l->color) {
            *p++ = '\033';
            *p++ = '[';
            *p++ = '3';
            *p++ = (char)('0' + l->color - 30);
            *p++ = 'm';
        }
        p = stpcpy(p, l->tag);
        if (l->color)
            p = stpcpy(p, "\033[0m");
        p = stpcpy(p, "| ");
    }
    memcpy(p, l->line, l->used);
    p += l->used;
    *p++ = '\n';
    console_write(out, (size_t)(p - out));
    l->used = 0;
}

static void log_put(struct log *l, char c)
{
    if (c == '\n') {
        log_flush(l);
        return;
    }
    if (l->used == LOG_LINE_SIZE)
        log_flush(l);
    if (c != '\r')
        l->line[l->used++] = c;
}

static l4_msgtag_t on_write(struct log *l, const struct request *r)
{
    l4_umword_t n = r->words > 1 ? r->mr[1] : 0;
    const char *text = (const char *)&r->mr[2];
    if (r->words < 2 || n > (r->words - 2) * sizeof r->mr[0])
        return answer_none();
    for (l4_umword_t i = 0; i < n; i++)
        log_put(l, text[i]);
    return answer_none();
}

static l4_msgtag_t on_read(struct log *l, const struct request *r)
{
    char buf[L4_VCON_READ_SIZE];
    l4_umword_t want = r->mr[0] >> 16;
    if (!(r->rights & L4_CAP_FPAGE_W))
        return answer(-L4_EPERM);
    if (l->used)
        log_flush(l); /* a prompt is to be seen */
    if (want > sizeof buf)
        want = sizeof buf;
    int got = l4_vcon_read_with_flags(L4_BASE_LOG_CAP, buf, (unsigned)want);
    if (got < 0)
        return answer(got);
    /* As the kernel's: size and flags, then the text. */
    unsigned n = (unsigned)got & L4_VCON_READ_SIZE_MASK;
    l4_utcb_mr()->mr[0] = (l4_umword_t)got;
    memcpy(&l4_utcb_mr()->mr[1], buf, n < want ? n : want);
    return l4_msgtag(0, 1 + l4_bytes_to_mwords(n), 0, 0);
}

static l4_msgtag_t log_request(struct object *o, const struct request *r)
{
    switch (r->mr[0] & 0xffff) {
    case L4_VCON_WRITE_OP:
        return on_write((struct log *)o, r);
    case L4_VCON_READ_OP:
        return on_read((struct log *)o, r);
    case L4_VCON_SET_ATTR_OP: /* line mode is all there is */
        return answer(0);
    case L4_VCON_GET_ATTR_OP:
        return answer_words(0, 3, (l4_umword_t[]){0, 0, 0});
    default:
        return answer(-L4_ENOSYS);
    }
}

static void log_destroy(struct object *o)
{
    struct log *l = (struct log *)o;
    if (l->used)
        log_flush(l);
    record_free(o->owner, l, sizeof *l);
}

long log_create(struct allocator *owner, const char *tag, const char *color,
                struct log **ret_log)
{
    struct log *l = record_alloc(owner, sizeof *l);
    if (!l)
        return -L4_ENOMEM;
    l->object.ops = &log_ops;
    l->color = color_number(color);
    strncpy(l->tag, tag, sizeof l->tag - 1);
    long error = object_add(&l->object, owner);
    if (error)
        record_free(owner, l, sizeof *l);
    else
        *ret_log = l;
    return error;
}

const struct object_ops log_ops = {
    .name = "log",
    .protocol = L4_PROTO_LOG,
    .request = log_request,
    .destroy = log_destroy,
};
