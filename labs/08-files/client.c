/*
 * Given: the clients; the first argument says who, the second is a number the
 * files' words are made from.
 *
 *   anna      quota 3: puts, gets, deletes, fills her quota
 *   bert      quota 2: another session, the same names
 *   writer    a fixed sequence of changes, to the first that fails; exit code
 *             0 if all were answered
 *   checker   what is there after that, and how much room is left
 *   cut N H   switches the power: see protocol.h
 *   on
 */
#include "protocol.h"
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

enum { PLAN = 8, LENGTH = 20, SPARE = 8 };

static unsigned long seed;

static long call(const char *gate, long protocol, unsigned words)
{
    return l4_error(l4_ipc_call(l4re_env_get_cap(gate), l4_utcb(),
                                l4_msgtag(protocol, words, 0, 0),
                                L4_IPC_NEVER));
}

static long request(unsigned op, const char *name, unsigned words,
                    unsigned long value)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = name_word(name);
    for (unsigned i = 0; i < words; i++)
        m->mr[2 + i] = value + i;
    return call("files", FILES_PROTOCOL, 2 + words);
}

static long put(const char *name, unsigned long value)
{
    return request(PUT, name, LENGTH, value);
}

static void be_anna(void)
{
    request(GET, "diary", 0, 0); /* not there yet */
    put("diary", seed);
    request(GET, "diary", 0, 0);
    put("diary", seed + 100);
    request(PUT, "diary", 0, 0); /* no words */
    request(PUT, "diary", FILE_WORDS + 1, 0);
    request(17, "diary", 0, 0);
    request(PUT, "letter", FILE_WORDS, seed + 200);
    put("list", seed + 300);
    put("more", seed + 400); /* the fourth */
    put("list", seed + 500);
    request(DELETE, "letter", 0, 0);
    request(DELETE, "letter", 0, 0);
    put("more", seed + 600);
    l4_ipc_sleep_ms(10);
    request(GET, "diary", 0, 0); /* bert has one, too */
    request(GET, "list", 0, 0);
}

static void be_bert(void)
{
    l4_ipc_sleep_ms(5);
    request(GET, "diary", 0, 0); /* anna's */
    request(DELETE, "diary", 0, 0);
    put("diary", seed + 1000);
    request(GET, "diary", 0, 0);
    put("a", seed);
    put("b", seed);
}

static int be_writer(void)
{
    static const struct {
        unsigned op;
        const char *name;
    } plan[PLAN] = {{PUT, "a"}, {PUT, "b"},    {PUT, "a"}, {DELETE, "b"},
                    {PUT, "c"}, {DELETE, "a"}, {PUT, "b"}, {PUT, "c"}};
    for (unsigned i = 0; i < PLAN; i++) {
        unsigned words = plan[i].op == PUT ? LENGTH : 0;
        if (request(plan[i].op, plan[i].name, words, seed + 100 * i) < 0)
            return 1;
    }
    return 0;
}

/* Tells the tests what a file holds. */
static void look_at(const char *name)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    long error = request(GET, name, 0, 0);
    if (error < 0)
        return;
    unsigned long first = m->mr[0];
    int whole = 1;
    for (unsigned i = 0; i < LENGTH; i++)
        whole &= m->mr[i] == first + i;
    m->mr[0] = name_word(name);
    m->mr[1] = whole ? first : 0;
    call("switch", TOLD_PROTOCOL, 2);
}

static void be_checker(void)
{
    static const char *const names[] = {"a", "b", "c"};
    for (unsigned i = 0; i < 3; i++)
        look_at(names[i]);
    for (unsigned i = 0; i < 3; i++)
        request(DELETE, names[i], 0, 0);
    for (unsigned i = 0; i < SPARE; i++) { /* all the room there is */
        char name[] = {'x', (char)('0' + i), 0};
        put(name, seed);
    }
}

static void be_switch(unsigned op, int argc, char **argv)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    m->mr[0] = op;
    m->mr[1] = argc > 3 ? strtoul(argv[3], 0, 0) : 0;
    m->mr[2] = argc > 4 ? strtoul(argv[4], 0, 0) : 0;
    call("switch", POWER_PROTOCOL, 3);
}

int main(int argc, char **argv)
{
    const char *who = argc > 1 ? argv[1] : "anna";
    seed = argc > 2 ? strtoul(argv[2], 0, 0) : 1;
    if (!strcmp(who, "anna"))
        be_anna();
    else if (!strcmp(who, "bert"))
        be_bert();
    else if (!strcmp(who, "writer"))
        return be_writer();
    else if (!strcmp(who, "checker"))
        be_checker();
    else
        be_switch(!strcmp(who, "on") ? ON : CUT, argc, argv);
    return 0;
}
