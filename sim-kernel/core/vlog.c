/*
 * Vlog: text to and from the kernel console (ABI.md section 1, Vlog).
 *
 *      write  MR0 op, MR1 bytes, MR2.. text; no answer (send only)
 *      read   MR0 op | bytes << 16 -> MR0 bytes, MR1.. text
 *      attributes: three words of flags; they start as 0, which is raw
 *
 *      keys -> port -> i_flags -> [ whole lines | line being typed ] -> read
 *                          |        0 .. ready    ready .. used
 *                          +-echo-> o_flags -> console
 *
 * With ICANON a line can be read when its NL (or an end-of-file key) is there,
 * may be corrected until then, and one read gives at most one line. Without,
 * each byte counts at once.
 *
 * It is also an ICU with one line: edges, whenever something becomes readable.
 * The port is asked to tell of input (core_console_input()) once somebody
 * bound that line; else input is looked for when somebody reads.
 *
 * I1  ready <= used <= VLOG_INPUT; without ICANON ready == used.
 * Not modelled: breaks of the line (L4_VCON_READ_STAT_BREAK).
 * Source: termios as in POSIX.1-2017, chapter 11.
 */
#include "vlog.h"
#include "abi.h"
#include "icu.h"
#include "invoke.h"
#include "ipc.h"
#include "kassert.h"
#include "kmem.h"
#include "kstring.h"
#include "platform.h"
#include "trace.h"
#include "work.h"

enum { VLOG_INPUT = 256 };

struct vlog {
    struct object object;
    struct line_set set;
    struct line line;
    word_t i_flags, o_flags, l_flags; /* kernel lock */
    unsigned ready, used;             /* bytes of input[] */
    char input[VLOG_INPUT];
};

enum {
    VLOG_READ_MAX = (UTCB_MRS - 1) * sizeof(word_t),
    VLOG_BITS = 8, /* of a word, per byte */
};

/* Flags, L4_VCON_*. */
enum {
    I_INLCR = 000100,
    I_IGNCR = 000200,
    I_ICRNL = 000400,
    O_ONLCR = 000004,
    O_OCRNL = 000010,
    O_ONLRET = 000040,
    L_ICANON = 000002,
    L_ECHO = 000010,
};
enum { KEY_EOF = 4, KEY_BS = 8, KEY_DEL = 0x7f };

/* The console's input goes to the one log there is. */
static struct vlog *vlog_the;

/* --- output --------------------------------------------------------------- */

static void vlog_put(const struct vlog *v, char c)
{
    if (c == '\r' && (v->o_flags & O_OCRNL))
        c = '\n';
    if (c == '\r' && (v->o_flags & O_ONLRET))
        return;
    if (c == '\n' && (v->o_flags & O_ONLCR))
        port_console_write("\r", 1);
    port_console_write(&c, 1);
}

static void vlog_write(const struct vlog *v, struct thread *by,
                       const struct invocation *inv)
{
    word_t size = inv_words(inv) > 1 ? inv->mr[1] : 0;
    word_t room = inv_words(inv) > 2 ? (inv_words(inv) - 2) * 8 : 0;
    const char *text = (const char *)&inv->mr[2];
    if (size > room)
        size = room;
    work_done(size / 8);
    if (!v->o_flags)
        port_console_write(text, size);
    for (word_t i = 0; v->o_flags && i < size; i++)
        vlog_put(v, text[i]);
    ipc_answer(by, 0, 0, 0);
}

/* --- input ---------------------------------------------------------------- */

/* Correction of the line being typed. */
static void vlog_erase(struct vlog *v)
{
    if (v->used == v->ready)
        return;
    v->used--;
    if (v->l_flags & L_ECHO)
        port_console_write("\b \b", 3);
}

/* One byte as the port gave it; true: something became readable. */
static bool vlog_take(struct vlog *v, char c)
{
    bool lines = v->l_flags & L_ICANON;
    if (c == '\r' && (v->i_flags & I_IGNCR))
        return false;
    if (c == '\r' && (v->i_flags & I_ICRNL))
        c = '\n';
    else if (c == '\n' && (v->i_flags & I_INLCR))
        c = '\r';
    if (lines && (c == KEY_BS || c == KEY_DEL)) {
        vlog_erase(v);
        return false;
    }
    bool end = lines && c == KEY_EOF;
    /* The last place is kept for what ends the line. */
    if (lines && !end && c != '\n' && v->used == VLOG_INPUT - 1)
        return false;
    if (!end) {
        if (v->l_flags & L_ECHO)
            vlog_put(v, c);
        v->input[v->used++] = c;
    }
    if (lines && !end && c != '\n')
        return false;
    bool more = v->used > v->ready;
    v->ready = v->used;
    return more;
}

/* Takes what the port has; bytes without room stay there. */
static void vlog_poll(struct vlog *v)
{
    bool more = false;
    int c;
    while (v->used < VLOG_INPUT && (c = port_console_read()) >= 0)
        more |= vlog_take(v, (char)c);
    work_done(v->used / 8);
    if (more)
        line_hit(&v->line);
}

void core_console_input(void)
{
    platform_wake();
    vlog_poll(vlog_the);
}

/* Bytes one read may give. */
static unsigned vlog_readable(const struct vlog *v)
{
    unsigned n = 0;
    if (!(v->l_flags & L_ICANON))
        return v->ready;
    while (n < v->ready && v->input[n] != '\n')
        n++;
    return n < v->ready ? n + 1 : n;
}

/* The answer's count is larger than what was asked for if there is more. */
static void vlog_read(struct vlog *v, struct thread *by,
                      const struct invocation *inv)
{
    word_t size = inv->mr[0] >> 16 & 0xffff;
    if (!(inv->rights & CAP_W)) {
        ipc_answer(by, -L4_EPERM, 0, 0);
        return;
    }
    if (size > VLOG_READ_MAX)
        size = VLOG_READ_MAX;
    vlog_poll(v);
    unsigned there = vlog_readable(v);
    unsigned n = there < size ? there : (unsigned)size;
    memcpy(&by->utcb->mr[1], v->input, n);
    by->utcb->mr[0] = there > size ? size + 1 : n;
    work_done(v->used / 8);
    for (unsigned i = n; i < v->used; i++)
        v->input[i - n] = v->input[i];
    v->ready -= n;
    v->used -= n;
    ipc_answer(by, 0, 1 + (n + VLOG_BITS - 1) / VLOG_BITS, 0);
}

/* --- attributes and the rest ---------------------------------------------- */

static long vlog_set_attr(struct vlog *v, const struct invocation *inv)
{
    if (inv_words(inv) < 4)
        return -L4_EMSGTOOSHORT;
    v->i_flags = inv->mr[1];
    v->o_flags = inv->mr[2];
    v->l_flags = inv->mr[3];
    if (!(v->l_flags & L_ICANON))
        v->ready = v->used; /* keeps I1: an unfinished line counts now */
    return 0;
}

static void vlog_get_attr(const struct vlog *v, struct thread *by)
{
    by->utcb->mr[1] = v->i_flags;
    by->utcb->mr[2] = v->o_flags;
    by->utcb->mr[3] = v->l_flags;
    ipc_answer(by, 0, 4, 0);
}

/* After a bind or unmask, what was typed before is an edge as well. */
static void vlog_icu(struct vlog *v, struct thread *by,
                     const struct invocation *inv)
{
    bool was_open = v->line.trigger && !v->line.masked;
    icu_serve(&v->object, &v->set, by, inv);
    if (!v->line.trigger)
        return;
    port_console_listen();
    if (!was_open && v->ready && !v->line.masked)
        line_hit(&v->line);
}

static void vlog_invoke(struct object *o, struct thread *by,
                        const struct invocation *inv)
{
    struct vlog *v = container_of(o, struct vlog, object);
    if (tag_label(inv->args.tag) == L4_PROTO_IRQ) {
        vlog_icu(v, by, inv);
        return;
    }
    int op = invoke_check(inv, L4_PROTO_LOG, 0);
    switch (op) {
    case VLOG_WRITE:
        vlog_write(v, by, inv);
        break;
    case VLOG_READ:
        vlog_read(v, by, inv);
        break;
    case VLOG_SET_ATTR:
        ipc_answer(by, vlog_set_attr(v, inv), 0, 0);
        break;
    case VLOG_GET_ATTR:
        vlog_get_attr(v, by);
        break;
    default:
        ipc_answer(by, op < 0 ? op : -L4_ENOSYS, 0, 0);
    }
}

static const struct object_ops vlog_ops = {
    .type = VTR_T_VLOG,
    .protocols = {L4_PROTO_LOG, L4_PROTO_IRQ},
    .invoke = vlog_invoke,
    .destroy = object_rest,
    .free = object_never_free,
};

struct object *vlog_create(struct quota *q)
{
    struct vlog *v = kmem_alloc(q, sizeof(*v));
    if (!v)
        return NULL;
    line_init(&v->line, 0, false);
    v->set = (struct line_set){.line = &v->line, .wired = 1};
    object_init(&v->object, &vlog_ops, q, 0, kmem_charge(sizeof(*v)));
    object_pin(&v->object);
    vlog_the = v;
    return &v->object;
}

void vlog_check(void)
{
    const struct vlog *v = vlog_the;
    if (!v)
        return;
    kassert(v->ready <= v->used && v->used <= VLOG_INPUT); /* I1 */
    kassert((v->l_flags & L_ICANON) || v->ready == v->used);
    line_check(&v->line);
}
