/*
 * Clients: sessions of net.iface, and what each may have.
 *
 *      gate:create(sockets, waits, buffers) --> session with an account
 *      session, create again                --> session with the same account
 *
 * Waiting for a name or an address is a struct query. lwIP calls back with it
 * when a name is known, so one that is no longer wanted stays until then.
 *
 * Accounts are refused when the limits of all would exceed what there is
 * (net.h, I2), so nobody uses up what another was promised.
 */
#include "net-server.h"
#include "net.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/irq.h>
#include <l4/sys/kip.h>
#include <lwip/dns.h>
#include <stdlib.h>
#include <string.h>

enum { ALL_SOCKETS = 120, ALL_WAITS = L4RE_SERVER_REPLIES - 2 };
enum { SOCKETS = 16, BUFFERS = 8, WAITS = 6, QUERIES = ALL_WAITS };

static struct client *clients, *root_client;
static struct account *accounts;
static unsigned promised_sockets, promised_waits;

static struct query {
    enum { FREE, READY, NAME, NAME_FORGOTTEN } what;
    struct client *client;
    struct account *account;
    struct l4re_caller caller;
    struct l4re_timer timer; /* READY: until when */
} queries[QUERIES];

/* --- accounts --------------------------------------------------------- */

static struct account *account_new(unsigned max_sockets, unsigned max_waits,
                                   unsigned max_buffers)
{
    if (promised_sockets + max_sockets > ALL_SOCKETS ||
        promised_waits + max_waits > ALL_WAITS)
        return NULL;
    struct account *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    *a = (struct account){.max_sockets = max_sockets,
                          .max_waits = max_waits,
                          .max_buffers = max_buffers,
                          .next = accounts};
    accounts = a;
    promised_sockets += max_sockets;
    promised_waits += max_waits;
    return a;
}

bool account_any_busy(void)
{
    for (const struct account *a = accounts; a; a = a->next)
        if (a->sockets || a->waits)
            return true;
    return false;
}

void account_use(struct account *a)
{
    a->users++;
}

void account_leave(struct account *a)
{
    if (--a->users)
        return;
    promised_sockets -= a->max_sockets;
    promised_waits -= a->max_waits;
    struct account **at = &accounts;
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    free(a);
}

bool account_take_socket(struct account *a)
{
    if (a->sockets == a->max_sockets)
        return false;
    a->sockets++;
    return true;
}

bool account_take_wait(struct account *a)
{
    if (a->waits == a->max_waits)
        return false;
    a->waits++;
    return true;
}

/* --- queries ---------------------------------------------------------- */

/* One of the client's waiting calls becomes a query; NULL: it has too many. */
static struct query *query_new(struct client *c, int what)
{
    unsigned i = 0;
    while (i < QUERIES && queries[i].what != FREE)
        i++;
    if (i == QUERIES || !account_take_wait(c->account))
        return NULL;
    account_use(c->account);
    queries[i] =
        (struct query){.what = what, .client = c, .account = c->account};
    return &queries[i];
}

static void query_end(struct query *q)
{
    l4re_timer_clear(&net_server, &q->timer);
    q->account->waits--;
    account_leave(q->account);
    q->what = FREE;
}

static void answer_ready(struct query *q, long result)
{
    query_end(q);
    net_ready_answer(&net_server, q->caller, result);
}

void client_link_changed(void)
{
    for (unsigned i = 0; i < QUERIES && link_is_ready(); i++)
        if (queries[i].what == READY)
            answer_ready(&queries[i], 0);
}

static void on_late(struct l4re_server *server, struct l4re_timer *timer)
{
    (void)server;
    for (unsigned i = 0; i < QUERIES; i++)
        if (queries[i].what == READY && &queries[i].timer == timer)
            answer_ready(&queries[i], -L4_EAGAIN);
}

static long on_ready(struct l4re_session *session, l4_umword_t us)
{
    if (link_is_ready())
        return 0;
    struct query *q = query_new((struct client *)session, READY);
    if (!q)
        return -L4_EBUSY;
    long error = l4re_session_later(session, &q->caller);
    if (error < 0) {
        query_end(q);
        return error;
    }
    l4_kernel_clock_t now = l4_kip_clock(l4re_kip());
    if (us < ~0ull - now)
        l4re_timer_set(&net_server, &q->timer, now + us, on_late);
    return L4RE_LATER;
}

/* --- names ------------------------------------------------------------ */

static void on_name(const char *name, const ip_addr_t *ip, void *arg)
{
    struct query *q = arg;
    l4_uint8_t host[NET_HOST_SIZE];
    bool is_wanted = q->what == NAME;
    (void)name;
    query_end(q);
    if (!is_wanted)
        return;
    if (ip)
        address_write(ip, host);
    net_resolve_answer(&net_server, q->caller, ip ? 0 : -L4_ENOENT, host,
                       ip ? sizeof host : 0);
}

/* Its caller is gone; lwIP still has it. */
static void name_forget(struct query *q)
{
    q->what = NAME_FORGOTTEN;
    net_resolve_answer(&net_server, q->caller, -L4_EIO, NULL, 0);
}

static long family_type(l4_umword_t family)
{
    switch (family) {
    case 0:
        return LWIP_DNS_ADDRTYPE_IPV4_IPV6;
    case NET_IPV4:
        return LWIP_DNS_ADDRTYPE_IPV4;
    case NET_IPV6:
        return LWIP_DNS_ADDRTYPE_IPV6;
    default:
        return -L4_EINVAL;
    }
}

/* Known without asking: the names of this machine. */
static bool is_own_name(const char *name, l4_umword_t family, ip_addr_t *ret_ip)
{
    if (strcmp(name, "localhost"))
        return false;
    if (family == NET_IPV6)
        *ret_ip = (ip_addr_t)IPADDR6_INIT_HOST(0, 0, 0, 1);
    else
        *ret_ip = (ip_addr_t)IPADDR4_INIT_BYTES(127, 0, 0, 1);
    return true;
}

/* Asks; L4RE_LATER: on_name() will be called with q. */
static long ask(struct query *q, const char *name, long type, ip_addr_t *ret_ip)
{
    err_t err =
        dns_gethostbyname_addrtype(name, ret_ip, on_name, q, (u8_t)type);
    if (err == ERR_OK)
        return 0;
    if (err != ERR_INPROGRESS)
        return err == ERR_ARG ? -L4_ENOENT : -L4_EAGAIN;
    return L4RE_LATER;
}

static long ask_for(struct client *c, const char *name, long type,
                    ip_addr_t *ret_ip)
{
    struct query *q = query_new(c, NAME);
    if (!q)
        return -L4_EBUSY;
    long result = ask(q, name, type, ret_ip);
    if (result != L4RE_LATER) {
        query_end(q);
        return result;
    }
    long error = l4re_session_later(&c->session, &q->caller);
    if (error < 0)
        q->what = NAME_FORGOTTEN; /* lwIP has it */
    return error < 0 ? error : L4RE_LATER;
}

static long on_resolve(struct l4re_session *session, const char *name,
                       l4_umword_t family, void *ret_hosts,
                       size_t *ret_hosts_size)
{
    ip_addr_t ip;
    long type = family_type(family), result = 0;
    if (type < 0)
        return type;
    if (!is_own_name(name, family, &ip)) {
        result = ask_for((struct client *)session, name, type, &ip);
        net_settle();
    }
    *ret_hosts_size = NET_HOST_SIZE;
    if (!result)
        address_write(&ip, ret_hosts);
    return result;
}

/* --- methods ---------------------------------------------------------- */

static long on_open(struct l4re_session *session, l4_umword_t family,
                    l4_umword_t kind, l4_cap_idx_t *ret_socket)
{
    struct client *c = (struct client *)session;
    if ((family != NET_IPV4 && family != NET_IPV6) ||
        (kind != NET_STREAM && kind != NET_DATAGRAM))
        return -L4_EINVAL;
    struct socket *s = socket_new(
        c->account, c, kind == NET_STREAM ? &stream_kind : &datagram_kind);
    if (!s)
        return -NET_EMFILE;
    s->is_ipv6 = family == NET_IPV6;
    long error = s->kind->open(s, s->is_ipv6);
    if (error >= 0)
        error = socket_publish(session, s);
    if (error < 0)
        socket_end(s);
    else
        *ret_socket = s->session.gate;
    return error;
}

static long on_status(struct l4re_session *session, void *ret_status,
                      size_t *ret_status_size)
{
    struct net_status status = {0};
    (void)session;
    link_status(&status);
    memcpy(ret_status, &status, sizeof status);
    *ret_status_size = sizeof status;
    return 0;
}

static void signal_drop(struct client *c)
{
    if (l4_is_valid_cap(c->signal))
        l4re_util_cap_free_um(c->signal);
    c->signal = L4_INVALID_CAP;
}

static long on_notify(struct l4re_session *session, l4_cap_idx_t irq)
{
    struct client *c = (struct client *)session;
    long error = 0;
    if (l4_is_valid_cap(irq))
        error = l4re_session_keep_cap(session, irq);
    if (error < 0)
        return error;
    signal_drop(c);
    c->signal = irq;
    return 0;
}

/* Whatever it is a capability to: nobody waits for it. */
void client_signal(const struct client *c)
{
    if (l4_is_valid_cap(c->signal))
        l4_irq_trigger(c->signal);
}

/* --- sessions --------------------------------------------------------- */

/* An argument of create(), or else `value`; below 0: nonsense. */
static long limit_argument(struct l4re_request *request, long value)
{
    int found = l4re_varg_int(request, &value);
    return found < 0 || value < 1 || value > ALL_SOCKETS ? -L4_EINVAL : value;
}

static void client_add(struct client *c, struct account *account)
{
    account_use(account);
    c->account = account;
    c->signal = L4_INVALID_CAP;
    c->next = clients;
    clients = c;
}

static void on_closed(struct l4re_session *session)
{
    struct client *c = (struct client *)session;
    for (struct client **at = &clients; *at; at = &(*at)->next)
        if (*at == c) {
            *at = c->next;
            break;
        }
    for (unsigned i = 0; i < QUERIES; i++) {
        if (queries[i].client != c)
            continue;
        if (queries[i].what == READY)
            answer_ready(&queries[i], -L4_EIO);
        else if (queries[i].what == NAME)
            name_forget(&queries[i]);
    }
    socket_forget_client(c);
    signal_drop(c);
    account_leave(c->account);
    free(c);
}

static long on_create(struct l4re_session *parent, long type,
                      struct l4re_request *request, l4_cap_idx_t *ret_cap);

static const struct net_methods methods = {.open = on_open,
                                           .resolve = on_resolve,
                                           .status = on_status,
                                           .ready = on_ready,
                                           .notify = on_notify};
static const struct l4re_service session_service = {.interface = &net_interface,
                                                    .methods = &methods,
                                                    .closed = on_closed,
                                                    .create = on_create};

/* A new account for who asks at the root, the parent's for others. */
static struct account *account_for(const struct client *parent,
                                   struct l4re_request *request)
{
    if (parent != root_client)
        return parent->account;
    long sockets = limit_argument(request, SOCKETS);
    long waits = limit_argument(request, WAITS);
    long buffers = limit_argument(request, BUFFERS);
    if (sockets < 0 || waits < 0 || buffers < 0)
        return NULL;
    return account_new((unsigned)sockets, (unsigned)waits, (unsigned)buffers);
}

static long on_create(struct l4re_session *parent, long type,
                      struct l4re_request *request, l4_cap_idx_t *ret_cap)
{
    (void)type;
    struct account *account = account_for((struct client *)parent, request);
    if (!account)
        return -L4_ENOMEM;
    account_use(account);
    struct client *c = calloc(1, sizeof *c);
    long error =
        c ? l4re_session_open(parent, &c->session, &session_service, NULL)
          : -L4_ENOMEM;
    if (error >= 0) {
        client_add(c, account);
        *ret_cap = c->session.gate;
    } else {
        free(c);
    }
    account_leave(account);
    return error;
}

/* Whoever has the gate itself shares one account. */
long client_init(struct client *root)
{
    struct account *a = account_new(SOCKETS, WAITS, BUFFERS);
    if (!a)
        return -L4_ENOMEM;
    client_add(root, a);
    root_client = root;
    return l4re_server_publish(&net_server, &root->session, &session_service,
                               l4re_env_get_cap("net_server"));
}
