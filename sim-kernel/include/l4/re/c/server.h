/*
 * A server's loop: requests, interrupts and timers of one thread.
 *
 *      gate --label--> session --> interface --> your handler
 *      IRQ  --label--> irq     ---------------> your function
 *      clock                   --> timer     --> your function
 *
 * A *service* says how sessions of one kind behave: the methods (a structure
 * that tools/interface generates from NAME.iface) and what to do when the
 * last client is gone. A *session* is what one client holds a capability to:
 * put a struct l4re_session first into your structure of per-client data.
 *
 *      struct l4re_server server;
 *      struct l4re_session root;
 *      l4re_server_init(&server, 0);
 *      l4re_server_publish(&server, &root, &service,
 *                          l4re_env_get_cap("echo_server"));
 *      l4re_server_run(&server);
 *
 * Handlers run one at a time on the server's thread. They may make system
 * calls and call other servers: the request has been copied. A thread that
 * wants more serves with more servers, one thread each (l4re_server_start()).
 *
 * L4Re has a framework like this in C++ only (L4::Server, Registry_server,
 * Ipc_svr::Timeout_queue); these are its ideas under C names. Vitrine only.
 */
#ifndef L4_RE_C_SERVER_H
#define L4_RE_C_SERVER_H

#include <l4/re/c/message.h>
#include <l4/sys/kip.h>
#include <limits.h>
#include <pthread.h>
#include <stdbool.h>

struct l4re_server;
struct l4re_session;
struct l4re_gate; /* the library's own */
struct server_job;

/* LATER: callers are kept in explicit reply slots, so that handlers may answer
 * later; without, in the thread's implicit one, which is faster. HELPS: other
 * servers' requests may be passed on to this one (`who_serves` below). */
enum { L4RE_SERVER_LATER = 1, L4RE_SERVER_HELPS = 2 };

enum {
    L4RE_SERVER_CAPS = 3,    /* capabilities one request may bring */
    L4RE_SERVER_REPLIES = 64 /* requests answered later, at most */
};

/* What a handler returns that will answer later: see l4re_session_later(). */
#define L4RE_LATER LONG_MIN

/* A request, copied. Handlers get its arguments; the generated code and
 * `create` functions read it. */
struct l4re_request {
    long protocol;
    unsigned rights; /* of the client's capability: L4_CAP_FPAGE_W, _S >> 0 */
    unsigned items;
    struct l4re_msg_in in;
    l4_umword_t mr[L4_UTCB_GENERIC_DATA_SIZE];
    l4_cap_idx_t caps[L4RE_SERVER_CAPS]; /* that came; [0..cap_count) */
    unsigned cap_count;
};

/* Generated: what an interface is called and how its requests are read. */
struct l4re_interface {
    const char *name;
    long protocol;
    bool answers_later; /* some method may return L4RE_LATER */
    /* Reads `request`, calls the method, writes the answer. -L4_ENOSYS for an
     * operation there is not, -L4_EMSG... for a malformed request. */
    long (*dispatch)(struct l4re_session *session, const void *methods,
                     struct l4re_request *request, struct l4re_msg *answer);
};

/*
 * One kind of session. Constant.
 *
 * A request of the factory protocol (in a system description: gate:create())
 * makes a session for the client that asks, if there is a `session_size`: the
 * framework allocates that many bytes, zeroed, with a struct l4re_session
 * first, and frees them after `closed`. `create` does it in another way.
 *
 * Sessions made through a session, and through those, belong to its client,
 * who may have L4RE_CLIENT_SESSIONS of them (-L4_ENOMEM). Who holds the
 * published gate itself makes clients; of all that is opened through one such
 * gate, L4RE_GATE_SESSIONS may be open (-L4_ENOMEM), so that a server stays
 * within its own means whoever has it.
 */
enum { L4RE_CLIENT_SESSIONS = 64, L4RE_GATE_SESSIONS = 512 };

struct l4re_service {
    const struct l4re_interface *interface;
    const void *methods; /* struct NAME_methods */
    size_t session_size;
    /* The new session's arguments are in `request` (l4re_varg_...() below);
     * an L4 error refuses it. NULL: nothing to do. */
    long (*opened)(struct l4re_session *session, struct l4re_request *request);
    /* The last capability to the session is gone; it is no longer served and,
     * if its memory is the server's, may be freed. NULL: nothing to do. */
    void (*closed)(struct l4re_session *session);
    /* Makes what `type` says; the capability to hand out into *ret_cap. */
    long (*create)(struct l4re_session *parent, long type,
                   struct l4re_request *request, l4_cap_idx_t *ret_cap);
    /* Answers a request of a protocol other than the interface's, META's and
     * the factory's. NULL: -L4_EBADPROTO. */
    long (*other)(struct l4re_session *session, struct l4re_request *request,
                  struct l4re_msg *answer);
    /*
     * Whose thread is to run the handler of this request: one that L4RE_
     * SERVER_HELPS, or NULL, the session's own, which must be
     * L4RE_SERVER_LATER. So what may take long holds up nobody else. Looks at
     * the request and leaves `in` as it was. Capabilities that came are not
     * passed on, the handler cannot answer later, and the session must not be
     * closed by l4re_session_close() meanwhile; the session's own thread runs
     * it after all if there is no slot, no memory, or the other has 32 waiting
     * (-L4_EBUSY if it has been at one for more than 50 ms).
     */
    struct l4re_server *(*who_serves)(struct l4re_session *session,
                                      struct l4re_request *request);
};

/* Anything a message may come from; its address is the label. */
struct l4re_endpoint {
    void (*arrived)(struct l4re_server *server, struct l4re_endpoint *from,
                    l4_msgtag_t tag, l4_umword_t label);
} __attribute__((aligned(8)));

struct l4re_session {
    struct l4re_endpoint endpoint;
    const struct l4re_service *service;
    struct l4re_server *server;
    struct l4re_session *next;       /* under the server's lock */
    struct l4re_session *handed_out; /* next of the parent's server */
    l4_cap_idx_t gate;
    struct l4re_gate *others;    /* more gates to it: l4re_session_again() */
    struct l4re_session *opener; /* the published one it was opened through */
    unsigned opened;             /* of a published one: how many are open */
    unsigned *account;           /* how many sessions its client has open */
    bool is_counted;             /* ends with its last client */
    bool is_allocated;           /* by the framework */
    bool has_ended;              /* when `passed` is 0; under the lock */
    unsigned passed; /* requests other threads are at; under the lock */
};

struct l4re_irq {
    struct l4re_endpoint endpoint;
    /* The interrupt came. One of a level-triggered line must be unmasked
     * (l4_irq_unmask()) when the device is content. */
    void (*hit)(struct l4re_server *server, struct l4re_irq *irq);
    l4_cap_idx_t cap;
};

struct l4re_timer {
    void (*due)(struct l4re_server *server, struct l4re_timer *timer);
    l4_kernel_clock_t at; /* us */
    struct l4re_timer *next;
    bool is_set;
};

/* A caller who is to be answered later. */
struct l4re_caller {
    unsigned reply;
};

/* All fields are the framework's. */
struct l4re_server {
    l4_cap_idx_t thread;
    pthread_mutex_t lock;
    struct l4re_session *sessions;   /* last opened first; under the lock */
    struct l4re_session *handed_out; /* by the request being answered */
    l4_cap_idx_t again[L4RE_SERVER_CAPS]; /* gates handed out like that */
    unsigned again_count;
    struct l4re_timer *timers;    /* soonest first */
    struct l4re_irq deleted;      /* a session's gate has gone */
    struct l4re_irq passed;       /* L4RE_SERVER_HELPS: there is a job */
    struct server_job *jobs;      /* oldest first; under the lock */
    unsigned job_count;           /* with the one it is at; under the lock */
    l4_kernel_clock_t busy_since; /* 0: at none; under the lock */
    struct l4re_request request;
    l4_cap_idx_t windows[L4RE_SERVER_CAPS]; /* slots for what comes next */
    l4_cap_idx_t given[L4RE_SERVER_CAPS];   /* to be released */
    unsigned given_count;
    unsigned flags;
    unsigned long reply_base; /* first of this server's reply slots */
    unsigned long replies;    /* in use: one bit each */
    unsigned reply;           /* of the request being answered */
    l4_msgtag_t answer;       /* in the UTCB, to be sent */
    bool has_answer;
    bool must_stop;
    long result;
};

L4_BEGIN_DECLS

/* ---- The loop ---- */

/* Makes the calling thread a server. flags: 0 or L4RE_SERVER_LATER.
 * -L4_ENOMEM: no slots or objects. */
long l4re_server_init(struct l4re_server *server, unsigned flags);

/* Serves until a handler calls l4re_server_stop(); its result. */
long l4re_server_run(struct l4re_server *server);
void l4re_server_stop(struct l4re_server *server, long result);

/* Starts a thread that initialises and runs `server`; it is ready for
 * sessions when this returns. -L4_ENOMEM: there is no thread. */
long l4re_server_start(struct l4re_server *server, unsigned flags);

/* ---- Sessions ---- */

/* Serves `session` at a gate that exists, such as one from the environment:
 * binds it to the server's thread. The session never closes by itself.
 * -L4_EINVAL: the interface answers later, the server does not; errors of
 * l4_rcv_ep_bind_thread(). */
long l4re_server_publish(struct l4re_server *server,
                         struct l4re_session *session,
                         const struct l4re_service *service, l4_cap_idx_t gate);

/*
 * A new session with a gate of its own, to be handed out in the answer to the
 * request that `parent` is just being asked: return session->gate as the
 * capability. It closes when no client has it any more. `server` serves it,
 * NULL: the parent's own. -L4_ENOMEM: no slot, no memory for a gate;
 * -L4_EINVAL as above.
 */
long l4re_session_open(struct l4re_session *parent,
                       struct l4re_session *session,
                       const struct l4re_service *service,
                       struct l4re_server *server);

/*
 * Inside a handler: the capability to answer with for a session that is open
 * already. What is given of session->gate a second time is weak, so this makes
 * another gate; the session closes when no client has any of them. Only on the
 * thread that serves the session. -L4_ENOMEM: no slot, no memory for a gate.
 */
long l4re_session_again(struct l4re_session *session, l4_cap_idx_t *ret_cap);

/* Takes a session out and ends its gate; its clients' calls fail from now on.
 * `closed` is not called. Only on the server's own thread. */
void l4re_session_close(struct l4re_session *session);

/* Inside a handler: the client's rights on its capability, L4_CAP_FPAGE_W and
 * L4_CAP_FPAGE_S (a client that was given the gate read-only has neither). */
unsigned l4re_session_rights(const struct l4re_session *session);

/* Inside a handler: keep a capability that came with the request; otherwise
 * it is released when the handler returns. Free it with
 * l4re_util_cap_free_um(). -L4_ENOMEM: no slot for the next one. */
long l4re_session_keep_cap(struct l4re_session *session, l4_cap_idx_t cap);

/* Inside a handler: a capability of its own that it answers with, and that is
 * given up, with its slot, when the answer has been sent. At most
 * L4RE_SERVER_CAPS of them. */
void l4re_session_give_cap(struct l4re_session *session, l4_cap_idx_t cap);

/*
 * Inside a handler that will return L4RE_LATER: who is to be answered, with
 * the generated NAME_METHOD_answer(). -L4_EBUSY: L4RE_SERVER_REPLIES callers
 * are waiting already.
 */
long l4re_session_later(struct l4re_session *session,
                        struct l4re_caller *ret_caller);

/* Answers such a caller; `answer` was begun with l4re_msg_start_answer(). 0, or
 * an error if the caller is gone. Only on the server's thread. */
long l4re_server_answer(struct l4re_server *server, struct l4re_caller caller,
                        long result, struct l4re_msg *answer);

/* Inside `opened` and `create`: the next argument. 1: there was one, 0: no
 * more, -L4_EINVAL: it is of another kind. */
int l4re_varg_int(struct l4re_request *request, long *ret_value);
int l4re_varg_text(struct l4re_request *request, char *ret_text, size_t max);

/* ---- Interrupts and timers ---- */

/* `hit` is called when the IRQ object `cap` is triggered. Errors: those of
 * l4_rcv_ep_bind_thread(). */
long l4re_irq_attach(struct l4re_server *server, struct l4re_irq *irq,
                     l4_cap_idx_t cap,
                     void (*hit)(struct l4re_server *, struct l4re_irq *));
/* The same with an IRQ object made for it, in a new slot: irq->cap. -L4_ENOMEM:
 * no slot is left; or the factory's error. irq->cap is 0 after an error. */
long l4re_irq_make(struct l4re_server *server, struct l4re_irq *irq,
                   void (*hit)(struct l4re_server *, struct l4re_irq *));
long l4re_irq_detach(struct l4re_irq *irq);

/* Calls `due` once when the kernel's clock reaches `at` (us, l4_kip_clock());
 * a timer that is set already is moved. */
void l4re_timer_set(struct l4re_server *server, struct l4re_timer *timer,
                    l4_kernel_clock_t at,
                    void (*due)(struct l4re_server *, struct l4re_timer *));
void l4re_timer_clear(struct l4re_server *server, struct l4re_timer *timer);

/* ---- Who is told of changes ---- */

/* IRQs of clients that wait for an object, all zero at first. More than
 * L4RE_WATCHERS: the one that came first is forgotten. */
enum { L4RE_WATCHERS = 4 };

struct l4re_watchers {
    l4_cap_idx_t irq[L4RE_WATCHERS];
    unsigned count;
};

/* Inside a handler: from now on tells `irq`, too, which came with the request.
 * One that is told already is not told twice. -L4_ENOMEM: no slot. */
long l4re_watchers_add(struct l4re_watchers *watchers,
                       struct l4re_session *session, l4_cap_idx_t irq);

/* Triggers all of them; those that are gone are forgotten. */
void l4re_watchers_tell(struct l4re_watchers *watchers);
void l4re_watchers_clear(struct l4re_watchers *watchers);

/* The server's invariants, for tests: NULL, or the one that does not hold.
 *
 * I1  every session of the list is served by this server and has a gate
 * I2  timers are in order of their times, each marked as set
 * I3  the reply slot of the request being answered is in use */
const char *l4re_server_check(struct l4re_server *server);

L4_END_DECLS

#endif
