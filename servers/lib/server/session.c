/*
 * Sessions: a gate each, requests read and answered, and their end.
 *
 * A session that l4re_session_open() made is handed out in an answer. Until
 * that is sent the server holds the only reference; then the server gives its
 * own up (DEC_REFCNT: its capability becomes a weak one), so the gate ends
 * with its last client. The kernel triggers the deletion interrupt of the
 * thread the gate was bound to, and session_sweep() closes every session
 * whose capability has become invalid.
 *
 *      open --> handed out --> counted --last client gone--> closed()
 *
 * Sessions may be opened by one thread to be served by another, hence the
 * lock on a server's list; everything else is the server thread's own.
 */
#include "internal.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/sys/kernel_object.h>
#include <l4/sys/meta.h>
#include <l4/sys/task.h>
#include <stdlib.h>
#include <string.h>

/* ---- Requests ---- */

static void read_request(struct l4re_server *s, l4_msgtag_t tag,
                         l4_umword_t label)
{
    struct l4re_request *r = &s->request;
    const l4_umword_t *mr = l4_utcb_mr()->mr;
    unsigned words = l4_msgtag_words(tag), items = l4_msgtag_items(tag);

    r->protocol = l4_msgtag_label(tag);
    r->rights = (unsigned)label & 3;
    r->in = (struct l4re_msg_in){.mr = r->mr, .words = words};
    r->cap_count = 0;
    memcpy(r->mr, mr, words * sizeof mr[0]);
    r->items = items;
    unsigned window = 0;
    for (unsigned i = 0; i < items && window < L4RE_SERVER_CAPS; i++) {
        l4_umword_t item = mr[words + 2 * i];
        if (!(item & L4_ITEM_MAP))
            continue; /* a void item takes no window */
        if ((item & L4_RCV_ITEM_RESULT_MASK) == L4_RCV_ITEM_RESULT_MAPPED)
            r->caps[r->cap_count++] = s->windows[window];
        window += !(item & L4_ITEM_CONT); /* the next has the same one */
    }
}

static bool makes_sessions(const struct l4re_service *service)
{
    return service->create || service->session_size;
}

/* What every server answers about itself. */
static long on_meta(const struct l4re_session *session, struct l4re_request *r)
{
    const struct l4re_interface *i = session->service->interface;
    l4_umword_t operation = l4re_msg_in_word(&r->in);
    if (operation != L4_META_OP_SUPPORTS)
        return r->in.error ? r->in.error : -L4_ENOSYS;
    long protocol = (long)l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    return protocol == i->protocol || protocol == L4_PROTO_META ||
           (protocol == L4_PROTO_FACTORY && makes_sessions(session->service));
}

/* ---- Accounts: one for each client, shared by his sessions ---- */

/* The parent's account with one more; NULL: no memory, or too many. */
static unsigned *account_join(const struct l4re_session *parent)
{
    unsigned *a = parent->account;
    if (!a)
        a = calloc(1, sizeof *a);
    if (!a || __atomic_load_n(a, __ATOMIC_RELAXED) >= L4RE_CLIENT_SESSIONS)
        return NULL;
    __atomic_fetch_add(a, 1, __ATOMIC_RELAXED);
    return a;
}

static void account_leave(unsigned *a)
{
    if (a && __atomic_sub_fetch(a, 1, __ATOMIC_ACQ_REL) == 0)
        free(a);
}

/* A session of the parent's kind, for whoever asked. */
static long create_session(struct l4re_session *parent, struct l4re_request *r,
                           l4_cap_idx_t *ret_cap)
{
    const struct l4re_service *service = parent->service;
    unsigned *account = account_join(parent);
    struct l4re_session *new = NULL;
    if (account)
        new = calloc(1, service->session_size);
    long error =
        new ? l4re_session_open(parent, new, service, NULL) : -L4_ENOMEM;
    if (error < 0) {
        free(new);
        account_leave(account);
        return error;
    }
    new->account = account;
    if (service->opened && (error = service->opened(new, r)) < 0) {
        l4re_session_close(new);
        free(new);
        return error;
    }
    new->is_allocated = true;
    *ret_cap = new->gate;
    return 0;
}

static long on_create(struct l4re_session *session, struct l4re_request *r,
                      struct l4re_msg *answer)
{
    const struct l4re_service *service = session->service;
    l4_cap_idx_t made = L4_INVALID_CAP;
    long type = (long)l4re_msg_in_word(&r->in);
    if (r->in.error)
        return r->in.error;
    long result = service->create ? service->create(session, type, r, &made)
                                  : create_session(session, r, &made);
    if (result >= 0)
        l4re_msg_cap(answer, made, L4_CAP_FPAGE_RWS);
    return result;
}

long session_request(struct l4re_session *session, struct l4re_request *r,
                     struct l4re_msg *answer)
{
    const struct l4re_service *service = session->service;
    if (r->protocol == service->interface->protocol)
        return service->interface->dispatch(session, service->methods, r,
                                            answer);
    if (r->protocol == L4_PROTO_META)
        return on_meta(session, r);
    if (r->protocol == L4_PROTO_FACTORY && makes_sessions(service))
        return on_create(session, r, answer);
    return service->other ? service->other(session, r, answer) : -L4_EBADPROTO;
}

/* The tag of an answer whose words are in the UTCB. */
static l4_msgtag_t answer_tag(long result, const struct l4re_msg *answer)
{
    if (result >= 0 && answer->error)
        result = answer->error;
    if (result < 0)
        return l4_msgtag(result, 0, 0, 0);
    return l4_msgtag(result, answer->words, answer->items, 0);
}

static void session_arrived(struct l4re_server *s, struct l4re_endpoint *from,
                            l4_msgtag_t tag, l4_umword_t label)
{
    struct l4re_session *session = (struct l4re_session *)from;
    const struct l4re_service *service = session->service;
    struct l4re_msg answer = l4re_msg_start_answer();
    struct l4re_server *other = NULL;
    read_request(s, tag, label);
    if (service->who_serves)
        other = service->who_serves(session, &s->request);
    long result = other ? server_pass(session, other) : SERVE_HERE;
    if (result == SERVE_HERE)
        result = session_request(session, &s->request, &answer);
    if (result == L4RE_LATER)
        return;
    s->answer = answer_tag(result, &answer);
    s->has_answer = true;
}

unsigned l4re_session_rights(const struct l4re_session *session)
{
    return server_now(session)->request.rights;
}

long l4re_session_keep_cap(struct l4re_session *session, l4_cap_idx_t cap)
{
    struct l4re_server *s = server_now(session);
    for (unsigned i = 0; i < L4RE_SERVER_CAPS; i++) {
        if (s->windows[i] != cap)
            continue;
        l4_cap_idx_t other = l4re_util_cap_alloc();
        if (l4_is_invalid_cap(other))
            return -L4_ENOMEM;
        s->windows[i] = other;
        return 0;
    }
    return -L4_EINVAL;
}

void l4re_session_give_cap(struct l4re_session *session, l4_cap_idx_t cap)
{
    struct l4re_server *s = server_now(session);
    if (s->given_count < L4RE_SERVER_CAPS)
        s->given[s->given_count++] = cap;
}

/* ---- Arguments of `create` ---- */

/* Steps over an argument's head; its size in bytes in *ret_size. */
static int next_argument(struct l4re_request *r, l4_umword_t type,
                         size_t *ret_size)
{
    if (r->in.at >= r->in.words)
        return 0;
    l4_umword_t head = r->in.mr[r->in.at];
    if ((head & L4_VARG_TYPE_MASK & ~L4_VARG_TYPE_SIGN) != type)
        return -L4_EINVAL;
    *ret_size = head >> L4_VARG_SIZE_SHIFT & 0xffff;
    if (l4_bytes_to_mwords((unsigned)*ret_size) > r->in.words - r->in.at - 1)
        return -L4_EINVAL;
    r->in.at++;
    return 1;
}

int l4re_varg_int(struct l4re_request *r, long *ret_value)
{
    size_t size;
    int found = next_argument(r, L4_VARG_TYPE_UMWORD, &size);
    if (found > 0 && size != sizeof(l4_umword_t))
        found = -L4_EINVAL;
    if (found > 0)
        *ret_value = (long)r->in.mr[r->in.at++];
    return found;
}

int l4re_varg_text(struct l4re_request *r, char *ret_text, size_t max)
{
    size_t size;
    int found = next_argument(r, L4_VARG_TYPE_STRING, &size);
    if (found <= 0)
        return found;
    const char *from = (const char *)&r->in.mr[r->in.at];
    r->in.at += l4_bytes_to_mwords((unsigned)size);
    size = strnlen(from, size);
    if (size > max)
        return -L4_EINVAL;
    memcpy(ret_text, from, size);
    ret_text[size] = 0;
    return 1;
}

/* ---- Later ---- */

long l4re_session_later(struct l4re_session *session,
                        struct l4re_caller *ret_caller)
{
    struct l4re_server *s = server_now(session);
    if (!(s->flags & L4RE_SERVER_LATER) || s->replies == ~0ul)
        return -L4_EBUSY;
    ret_caller->reply = s->reply;
    s->reply = (unsigned)__builtin_ctzl(~s->replies);
    __atomic_fetch_or(&s->replies, 1ul << s->reply,
                      __ATOMIC_RELAXED); /* keeps I3 */
    return 0;
}

long l4re_server_answer(struct l4re_server *s, struct l4re_caller caller,
                        long result, struct l4re_msg *answer)
{
    l4_msgtag_t tag =
        l4_ipc_reply(server_reply_selector(s, caller.reply), l4_utcb(),
                     answer_tag(result, answer), L4_IPC_SEND_TIMEOUT_0);
    __atomic_fetch_and(&s->replies, ~(1ul << caller.reply), __ATOMIC_RELEASE);
    return l4_msgtag_has_error(tag) ? l4_error(tag) : 0;
}

/* ---- Beginning ---- */

static long serve(struct l4re_server *s, struct l4re_session *session,
                  const struct l4re_service *service, l4_cap_idx_t gate,
                  bool is_counted)
{
    *session = (struct l4re_session){.endpoint.arrived = session_arrived,
                                     .service = service,
                                     .server = s,
                                     .gate = gate,
                                     .is_counted = is_counted};
    if (service->interface->answers_later && !(s->flags & L4RE_SERVER_LATER))
        return -L4_EINVAL;
    long error = server_bind(s, gate, &session->endpoint);
    if (error < 0)
        return error;
    pthread_mutex_lock(&s->lock);
    session->next = s->sessions;
    s->sessions = session;
    pthread_mutex_unlock(&s->lock);
    return 0;
}

long l4re_server_publish(struct l4re_server *s, struct l4re_session *session,
                         const struct l4re_service *service, l4_cap_idx_t gate)
{
    return serve(s, session, service, gate, false);
}

/* Another session through this one? Keeps what a published gate's holders may
 * open within L4RE_GATE_SESSIONS. */
static bool opener_count(struct l4re_session *parent)
{
    if (parent->is_counted)
        return true;
    if (__atomic_add_fetch(&parent->opened, 1, __ATOMIC_RELAXED) <=
        L4RE_GATE_SESSIONS)
        return true;
    __atomic_fetch_sub(&parent->opened, 1, __ATOMIC_RELAXED);
    return false;
}

static void opener_uncount(struct l4re_session *parent)
{
    if (parent && !parent->is_counted)
        __atomic_fetch_sub(&parent->opened, 1, __ATOMIC_RELAXED);
}

/* A gate of nobody's yet, in a slot of its own. */
static long gate_make(l4_cap_idx_t *ret_gate)
{
    l4_cap_idx_t gate = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(gate))
        return -L4_ENOMEM;
    long error = l4_error(
        l4_factory_create(l4re_env()->factory, L4_PROTO_KOBJECT, gate));
    if (error < 0)
        l4re_util_cap_free(gate);
    else
        *ret_gate = gate;
    return error < 0 ? error : 0;
}

long l4re_session_open(struct l4re_session *parent,
                       struct l4re_session *session,
                       const struct l4re_service *service,
                       struct l4re_server *server)
{
    struct l4re_server *answering = server_now(parent);
    l4_cap_idx_t gate;
    if (!opener_count(parent))
        return -L4_ENOMEM;
    long error = gate_make(&gate);
    if (error >= 0) {
        error = serve(server ? server : parent->server, session, service, gate,
                      true);
        if (error < 0)
            l4re_util_cap_free_um(gate);
    }
    if (error < 0) {
        opener_uncount(parent);
        return error;
    }
    session->opener = parent->is_counted ? NULL : parent;
    session->handed_out = answering->handed_out;
    answering->handed_out = session;
    return 0;
}

/* A further gate of a session; the kernel counts each by itself. */
struct l4re_gate {
    struct l4re_gate *next;
    l4_cap_idx_t cap;
};

static bool is_handed_out_now(const struct l4re_session *session)
{
    const struct l4re_session *i = session->server->handed_out;
    while (i && i != session)
        i = i->handed_out;
    return i;
}

long l4re_session_again(struct l4re_session *session, l4_cap_idx_t *ret_cap)
{
    struct l4re_server *s = session->server;
    *ret_cap = session->gate;
    if (!session->is_counted || is_handed_out_now(session))
        return 0;
    if (s->again_count == L4RE_SERVER_CAPS)
        return -L4_ENOMEM;
    struct l4re_gate *g = malloc(sizeof *g);
    long error = g ? gate_make(&g->cap) : -L4_ENOMEM;
    if (error >= 0 && (error = server_bind(s, g->cap, &session->endpoint)) < 0)
        l4re_util_cap_free_um(g->cap);
    if (error < 0) {
        free(g);
        return error;
    }
    g->next = session->others;
    session->others = g;
    s->again[s->again_count++] = *ret_cap = g->cap;
    return 0;
}

/* ---- End ---- */

static void unlink_session(struct l4re_session *session)
{
    struct l4re_server *s = session->server;
    pthread_mutex_lock(&s->lock);
    for (struct l4re_session **at = &s->sessions; *at; at = &(*at)->next)
        if (*at == session) {
            *at = session->next;
            break;
        }
    pthread_mutex_unlock(&s->lock);
    for (struct l4re_session **at = &server_now(session)->handed_out; *at;
         at = &(*at)->handed_out)
        if (*at == session) {
            *at = session->handed_out;
            break;
        }
}

/* Takes a further gate off the list; with `ends` its clients lose it, too. */
static void gate_drop(struct l4re_session *session, struct l4re_gate **at,
                      bool ends)
{
    struct l4re_server *s = session->server;
    struct l4re_gate *g = *at;
    *at = g->next;
    for (unsigned i = 0; i < s->again_count; i++)
        if (s->again[i] == g->cap)
            s->again[i--] = s->again[--s->again_count];
    if (ends)
        l4_task_delete_obj(L4RE_THIS_TASK_CAP, g->cap);
    l4re_util_cap_free_um(g->cap);
    free(g);
}

void l4re_session_close(struct l4re_session *session)
{
    unlink_session(session);
    account_leave(session->account);
    session->account = NULL;
    opener_uncount(session->opener);
    session->opener = NULL;
    while (session->others)
        gate_drop(session, &session->others, true);
    l4_task_delete_obj(L4RE_THIS_TASK_CAP, session->gate);
    l4re_util_cap_free_um(session->gate);
}

static bool has_gone(l4_cap_idx_t gate)
{
    return l4_msgtag_label(l4_task_cap_valid(L4RE_THIS_TASK_CAP, gate)) <= 0;
}

/* No gate of it is left; what is left of several becomes the first. */
static bool has_ended(struct l4re_session *session)
{
    if (!session->is_counted)
        return false;
    for (struct l4re_gate **at = &session->others; *at;)
        if (has_gone((*at)->cap))
            gate_drop(session, at, false);
        else
            at = &(*at)->next;
    if (!has_gone(session->gate))
        return false;
    struct l4re_gate *other = session->others;
    if (!other)
        return true;
    l4re_util_cap_free_um(session->gate);
    session->gate = other->cap;
    session->others = other->next;
    free(other);
    return false;
}

/* Takes the sessions whose gates have gone out of the list; O(sessions). */
static struct l4re_session *take_ended(struct l4re_server *s)
{
    struct l4re_session *ended = NULL;
    pthread_mutex_lock(&s->lock);
    for (struct l4re_session **at = &s->sessions; *at;) {
        struct l4re_session *i = *at;
        i->has_ended = has_ended(i);
        if (!i->has_ended || i->passed) {
            at = &i->next;
            continue;
        }
        *at = i->next;
        i->next = ended;
        ended = i;
    }
    pthread_mutex_unlock(&s->lock);
    return ended;
}

void session_sweep(struct l4re_server *s, struct l4re_irq *irq)
{
    struct l4re_session *ended = take_ended(s);
    (void)irq;
    while (ended) {
        struct l4re_session *next = ended->next;
        bool is_allocated = ended->is_allocated;
        account_leave(ended->account);
        opener_uncount(ended->opener);
        l4re_util_cap_free_um(ended->gate);
        if (ended->service->closed)
            ended->service->closed(ended);
        if (is_allocated)
            free(ended);
        ended = next;
    }
}

bool session_must_tidy(const struct l4re_server *s)
{
    return s->handed_out || s->again_count || s->request.items ||
           s->given_count;
}

void session_tidy(struct l4re_server *s)
{
    for (unsigned i = 0; i < L4RE_SERVER_CAPS && s->request.items; i++)
        l4_task_release_cap(L4RE_THIS_TASK_CAP, s->windows[i]);
    s->request.items = 0;
    while (s->given_count)
        l4re_util_cap_free_um(s->given[--s->given_count]);
    while (s->handed_out) {
        struct l4re_session *session = s->handed_out;
        s->handed_out = session->handed_out;
        l4_kobject_dec_refcnt(session->gate, 1);
    }
    while (s->again_count)
        l4_kobject_dec_refcnt(s->again[--s->again_count], 1);
}
