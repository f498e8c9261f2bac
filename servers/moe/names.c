/*
 * Name spaces: a list of names, each for a capability.
 *
 * Objects of moe are kept by label (a destroyed one is simply gone), foreign
 * capabilities in a slot of their own. A name may have parts: "a/b" is asked
 * for as "b" in the name space "a", if moe serves that one too; else the
 * client has to go on there itself (-L4_ENOENT here).
 *
 * A name keeps what it names: moe's own by object_name(), a foreign one by a
 * counted capability. A foreign one that its server has deleted is forgotten
 * when it is asked for.
 *
 * I1  a name occurs once in its list.
 * I2  a foreign name's slot belongs to it alone.
 *
 * Not here: name spaces that name each other in a ring go with their
 * allocators only.
 */
#include "names.h"
#include "factory.h"
#include "foreign.h"
#include "record.h"
#include "../lib/l4re_c/protocol.h"
#include <l4/re/c/namespace.h>
#include <l4/re/protocols.h>
#include <l4/sys/err.h>
#include <l4/sys/task.h>
#include <string.h>

enum { END_PIECE = 8 }; /* names that go at once, as others wait */

struct name {
    struct name *next;
    l4_umword_t label; /* object of moe, if slot is 0 */
    unsigned slot;     /* foreign capability */
    unsigned rights;   /* what who asks gets: L4_CAP_FPAGE_* */
    unsigned hash;     /* of name, so that few are compared */
    char name[NAME_SIZE];
};

static bool is_dead(unsigned slot)
{
    return l4_msgtag_label(
               l4_task_cap_valid(L4_BASE_TASK_CAP, slot_cap(slot))) <= 0;
}

/* FNV-1a. */
static unsigned name_hash(const char *name)
{
    unsigned hash = 2166136261u;
    while (*name)
        hash = (hash ^ (unsigned char)*name++) * 16777619u;
    return hash;
}

static struct name **name_find(struct names *n, const char *name)
{
    struct name **i = &n->first;
    unsigned hash = name_hash(name);
    while (*i && ((*i)->hash != hash || strcmp((*i)->name, name)))
        i = &(*i)->next;
    return i;
}

/* What e keeps is let go; an object may end here. */
static void name_release(const struct name *e)
{
    struct object *o = e->slot ? NULL : object_find(e->label);
    foreign_slot_give_back(e->slot);
    if (o)
        object_unname(o);
}

/* Room for an entry, which is paid for before anything is made for it. */
static struct name *name_new(const struct names *n)
{
    if (allocator_entry_take(n->object.owner, 1))
        return NULL;
    struct name *e = record_alloc(n->object.owner, sizeof *e);
    if (!e)
        allocator_entry_free(n->object.owner, 1);
    return e;
}

static void name_free(const struct names *n, struct name *e)
{
    record_free(n->object.owner, e, sizeof *e);
    allocator_entry_free(n->object.owner, 1);
}

static void name_remove(struct names *n, struct name **at)
{
    struct name *e = *at;
    *at = e->next;
    name_release(e);
    name_free(n, e);
}

static void name_insert(struct names *n, struct name *e)
{
    e->hash = name_hash(e->name);
    e->next = n->first;
    n->first = e;
}

long names_add(struct names *n, const char *name, struct object *o,
               unsigned rights)
{
    if (*name_find(n, name))
        return -L4_EEXIST;
    struct name *e = name_new(n);
    if (!e)
        return -L4_ENOMEM;
    e->label = o->label;
    e->rights = rights;
    strncpy(e->name, name, sizeof e->name - 1);
    long error = object_name(o);
    if (error)
        name_free(n, e);
    else
        name_insert(n, e);
    return error;
}

unsigned names_count(const struct names *n)
{
    unsigned count = 0;
    for (const struct name *e = n->first; e; e = e->next)
        count++;
    return count;
}

/* Follows all parts but the last; the rest of the path in *inout_path. */
static struct names *names_walk(struct names *n, const char **inout_path)
{
    char part[NAME_SIZE];
    const char *slash;
    while (n && (slash = strchr(*inout_path, '/'))) {
        size_t length = (size_t)(slash - *inout_path);
        if (length >= sizeof part)
            return NULL;
        memcpy(part, *inout_path, length);
        part[length] = 0;
        struct name *e = *name_find(n, part);
        struct object *o = e && !e->slot ? object_find(e->label) : NULL;
        n = o && o->ops == &names_ops ? (struct names *)o : NULL;
        *inout_path = slash + 1;
    }
    return n;
}

static l4_msgtag_t on_query(struct names *n, const struct request *r)
{
    char text[TEXT_MAX];
    const char *path = text;
    long error = request_text(r, 1, text, sizeof text);
    if (error)
        return answer(error);
    n = names_walk(n, &path);
    struct name **at = n ? name_find(n, path) : NULL;
    struct name *e = at ? *at : NULL;
    if (!e)
        return answer(-L4_ENOENT);
    if (e->slot && is_dead(e->slot)) {
        name_remove(n, at);
        return answer(-L4_ENOENT);
    }
    if (e->slot)
        return answer_cap(0, 0, slot_cap(e->slot), e->rights);
    struct object *o = object_find(e->label);
    if (!o)
        return answer(-L4_ENOENT);
    return answer_cap(0, 0, object_gate(o), e->rights);
}

/* The capability of a register request, to `e`. */
static long name_fill(const struct request *r, struct name *e)
{
    l4_umword_t rights;
    e->rights =
        r->mr[1] & L4RE_NS_REGISTER_RW ? L4_CAP_FPAGE_RW : L4_CAP_FPAGE_RO;
    if (r->mr[1] & L4RE_NS_REGISTER_STRONG)
        e->rights |= L4_CAP_FPAGE_S;
    struct object *o = request_object(r, NULL, &rights);
    if (o) {
        e->label = o->label;
        e->rights &= (unsigned)rights | L4_CAP_FPAGE_RO;
        return object_name(o);
    }
    e->slot = foreign_slot_take();
    if (!e->slot)
        return -L4_ENOMEM;
    long error = request_keep_cap(r, e->slot);
    if (error)
        foreign_slot_give_back(e->slot);
    return error;
}

static l4_msgtag_t on_register(struct names *n, const struct request *r)
{
    char text[NAME_SIZE];
    if (!(r->rights & L4_CAP_FPAGE_W))
        return answer(-L4_EPERM);
    long error = request_text(r, 2, text, sizeof text);
    if (error)
        return answer(error);
    if (!text[0] || strchr(text, '/'))
        return answer(-L4_EINVAL);
    struct name **old = name_find(n, text);
    if (!r->items || !(r->mr[r->words] & L4_ITEM_MAP)) { /* take it out */
        if (!*old)
            return answer(-L4_ENOENT);
        name_remove(n, old);
        return answer(0);
    }
    if (*old && !(r->mr[1] & L4RE_NS_REGISTER_OVERWRITE))
        return answer(-L4_EEXIST);
    struct name *e = name_new(n);
    error = e ? name_fill(r, e) : -L4_ENOMEM;
    if (error) {
        if (e)
            name_free(n, e);
        return answer(error);
    }
    strcpy(e->name, text);
    if (*old)
        name_remove(n, old); /* keeps I1 */
    name_insert(n, e);
    return answer(0);
}

static l4_msgtag_t names_request(struct object *o, const struct request *r)
{
    switch (r->mr[0]) {
    case NAMES_QUERY:
        return on_query((struct names *)o, r);
    case NAMES_REGISTER:
        return on_register((struct names *)o, r);
    default:
        return answer(-L4_ENOSYS);
    }
}

static bool names_shrink(struct object *o)
{
    struct names *n = (struct names *)o;
    for (unsigned i = 0; n->first && i < END_PIECE; i++)
        name_remove(n, &n->first);
    return n->first;
}

static void names_destroy(struct object *o)
{
    struct names *n = (struct names *)o;
    while (names_shrink(o))
        ;
    record_free(o->owner, n, sizeof *n);
}

long names_create(struct allocator *owner, struct names **ret_names)
{
    struct names *n = record_alloc(owner, sizeof *n);
    if (!n)
        return -L4_ENOMEM;
    n->object.ops = &names_ops;
    long error = object_add(&n->object, owner);
    if (error)
        record_free(owner, n, sizeof *n);
    else
        *ret_names = n;
    return error;
}

const struct object_ops names_ops = {
    .name = "name space",
    .protocol = L4RE_PROTO_NAMESPACE,
    .request = names_request,
    .shrink = names_shrink,
    .destroy = names_destroy,
};
