/*
 * The trace as an SQLite database, for questions nobody thought of before:
 *
 *      event    every record, arguments by position; `what` in words
 *      object   id, type, name, task, life time
 *      call     request and reply as one row, with latency
 *      event_type, argument   the event table of <l4/vitrine/trace_events.h>
 *
 *      sqlite3 run.db 'SELECT server, count(*), avg(latency_ns) FROM calls
 *                      GROUP BY server'
 *
 * Written in one transaction into a file beside the final one.
 */
#include "calls.h"
#include "events.h"
#include "pages.h"
#include "util.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <unistd.h>

static const char schema[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
    "CREATE TABLE event(time INTEGER, cpu INTEGER, thread INTEGER,"
    " event INTEGER, flags INTEGER, arg0, arg1, arg2, arg3, arg4, arg5);"
    "CREATE TABLE object(id INTEGER PRIMARY KEY, type TEXT, name TEXT,"
    " task INTEGER, target INTEGER, label INTEGER, created INTEGER,"
    " deleted INTEGER);"
    "CREATE TABLE call(client INTEGER, server INTEGER, via INTEGER,"
    " kind TEXT, begin_ns INTEGER, latency_ns INTEGER, what TEXT,"
    " result TEXT);"
    "CREATE TABLE event_type(event INTEGER PRIMARY KEY, name TEXT,"
    " meaning TEXT);"
    "CREATE TABLE argument(event INTEGER, position INTEGER, name TEXT);"
    "CREATE VIEW events AS SELECT time, cpu, o.name AS thread, t.name AS"
    " event, flags, arg0, arg1, arg2, arg3, arg4, arg5 FROM event"
    " JOIN event_type t USING (event) LEFT JOIN object o ON o.id = thread;"
    "CREATE VIEW calls AS SELECT c.name AS client, s.name AS server,"
    " g.name AS via, kind, begin_ns, latency_ns, what, result FROM call"
    " LEFT JOIN object c ON c.id = client LEFT JOIN object s ON s.id = server"
    " LEFT JOIN object g ON g.id = via;"
    "BEGIN;";

struct database {
    struct view *view;
    sqlite3 *db;
    sqlite3_stmt *event, *call;
};

static _Noreturn void fail(const struct database *d)
{
    die(EXIT_BAD_USAGE, "%s: %s", d->view->path, sqlite3_errmsg(d->db));
}

static void execute(struct database *d, const char *sql)
{
    if (sqlite3_exec(d->db, sql, NULL, NULL, NULL))
        fail(d);
}

static sqlite3_stmt *prepare(struct database *d, const char *sql)
{
    sqlite3_stmt *s;

    if (sqlite3_prepare_v2(d->db, sql, -1, &s, NULL))
        fail(d);
    return s;
}

static void number(sqlite3_stmt *s, int column, uint64_t value)
{
    sqlite3_bind_int64(s, column, (sqlite3_int64)value);
}

static void text(sqlite3_stmt *s, int column, const char *value)
{
    sqlite3_bind_text(s, column, value, -1, SQLITE_TRANSIENT);
}

static void insert(struct database *d, sqlite3_stmt *s)
{
    if (sqlite3_step(s) != SQLITE_DONE)
        fail(d);
    sqlite3_reset(s);
    sqlite3_clear_bindings(s);
}

/* --- rows ------------------------------------------------------------------
 */

static void put_event(struct database *d, const struct vtr_record *r)
{
    number(d->event, 1, r->time);
    number(d->event, 2, r->cpu);
    number(d->event, 3, r->thread);
    number(d->event, 4, r->event);
    number(d->event, 5, r->flags);
    for (int i = 0; i < EVENT_ARGS; i++)
        number(d->event, 6 + i, r->arg[i]);
    insert(d, d->event);
}

static const char *call_kind(const struct call *c)
{
    switch (c->request.kind) {
    case MESSAGE_FAULT:
        return "fault";
    case MESSAGE_INVOKE:
        return "kernel";
    default:
        return "call";
    }
}

/* Latency and result are NULL for a call that was never answered. */
static void put_call(void *self, const struct call *c)
{
    struct database *d = self;
    char what[MESSAGE_TEXT];

    number(d->call, 1, c->request.from);
    number(d->call, 2, c->request.to);
    number(d->call, 3, c->request.via);
    text(d->call, 4, call_kind(c));
    number(d->call, 5, c->request.time);
    text(d->call, 7, message_text(&c->request, &d->view->in.names, what));
    if (c->end != CALL_OPEN) {
        number(d->call, 6, c->answer.time - c->request.time);
        text(d->call, 8, message_text(&c->answer, &d->view->in.names, what));
    }
    insert(d, d->call);
}

static void put_objects(struct database *d)
{
    sqlite3_stmt *s = prepare(
        d, "INSERT OR IGNORE INTO object VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    struct map_entry *all = map_sorted(&d->view->in.names.objects);
    char title[TITLE_SIZE];

    for (size_t i = 0; all[i].value; i++) {
        const struct object_info *o = all[i].value;
        number(s, 1, o->id);
        text(s, 2, type_name(o->type));
        text(s, 3, names_title(&d->view->in.names, o->id, title));
        number(s, 4, o->task);
        number(s, 5, o->target);
        number(s, 6, o->label);
        number(s, 7, o->created);
        if (o->deleted != ~0ull)
            number(s, 8, o->deleted);
        insert(d, s);
    }
    text(s, 2, "kernel"); /* id 0, where messages name no thread */
    text(s, 3, "kernel");
    number(s, 1, 0);
    insert(d, s);
    sqlite3_finalize(s);
    free(all);
}

static void put_event_types(struct database *d)
{
    sqlite3_stmt *type = prepare(d, "INSERT INTO event_type VALUES(?, ?, ?)");
    sqlite3_stmt *arg = prepare(d, "INSERT INTO argument VALUES(?, ?, ?)");
    char name[32];

    for (unsigned e = 0; e < 256; e++) {
        const struct event_info *info = event_info(e);
        if (!info)
            continue;
        number(type, 1, e);
        text(type, 2, info->name);
        text(type, 3, info->text);
        insert(d, type);
        for (unsigned i = 0; i < EVENT_ARGS; i++) {
            if (!event_arg_name(info, i, name, sizeof(name)))
                break;
            number(arg, 1, e);
            number(arg, 2, i);
            text(arg, 3, name);
            insert(d, arg);
        }
    }
    sqlite3_finalize(type);
    sqlite3_finalize(arg);
}

static void fill(struct database *d)
{
    struct calls calls = {0};
    struct vtr_record r;
    struct message m;

    d->event =
        prepare(d, "INSERT INTO event VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    d->call = prepare(d, "INSERT INTO call VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    while (view_next(d->view, &r)) {
        if (view_wants(d->view, &r))
            put_event(d, &r);
        if (message_from_record(d->view, &r, &m) && message_wanted(d->view, &m))
            calls_feed(&calls, &m, put_call, d);
    }
    calls_finish(&calls, put_call, d);
    sqlite3_finalize(d->event);
    sqlite3_finalize(d->call);
}

void export_sqlite(struct view *v)
{
    struct database d = {.view = v};
    char temporary[4096];

    if (!v->path)
        die(EXIT_BAD_USAGE, "--to sqlite writes a file: give one with -o");
    snprintf(temporary, sizeof(temporary), "%s.%ld.part", v->path,
             (long)getpid());
    v->kernel = true;
    if (sqlite3_open(temporary, &d.db))
        fail(&d);
    execute(&d, schema);
    put_event_types(&d);
    put_objects(&d);
    fill(&d);
    execute(&d, "CREATE INDEX event_time ON event(time);"
                "CREATE INDEX call_begin ON call(begin_ns); COMMIT;");
    sqlite3_close(d.db);
    if (rename(temporary, v->path)) {
        unlink(temporary);
        die(EXIT_BAD_USAGE, "%s: cannot be written", v->path);
    }
}

static int page_row(void *f, int columns, char **value, char **name)
{
    (void)columns, (void)name;
    fprintf(f, "| %s | `%s` | %s |\n", value[0], value[1], value[2]);
    return 0;
}

void sqlite_page(FILE *f)
{
    struct view v = {.path = ":memory:"};
    struct database d = {.view = &v};

    if (sqlite3_open(v.path, &d.db))
        fail(&d);
    execute(&d, schema);
    fputs("| kind | name | columns |\n|---|---|---|\n", f);
    if (sqlite3_exec(d.db,
                     "SELECT m.type, m.name, group_concat(p.name, ', ')"
                     " FROM sqlite_master m, pragma_table_info(m.name) p"
                     " GROUP BY m.rowid ORDER BY m.rowid",
                     page_row, f, NULL))
        fail(&d);
    sqlite3_close(d.db);
}
