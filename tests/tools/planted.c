/* The faults of planted.h. Every system has three programs, each with one
 * thread, and a gate to the second and third. */
#include "planted.h"

#include <string.h>

enum { A = 100, B = 110, C = 120, GATE_B = 130, GATE_C, GATE_A, SPARE = 200 };

static uint32_t thread_of(uint64_t task)
{
    return (uint32_t)task + 1;
}

static void program(struct writer *w, uint64_t task, const char *name,
                    uint64_t prio)
{
    put(w, VTR_CREATE, 0, task, VTR_T_TASK, 1, 256);
    writer_text(w, VTR_NAME, task, 0, 1, name);
    put(w, VTR_CREATE, 0, thread_of(task), VTR_T_THREAD, 1, 256);
    put(w, VTR_BIND, 0, thread_of(task), task, 0);
    put(w, VTR_THREAD_START, 0, thread_of(task), 0x1000, 0x2000, prio);
}

static void gate(struct writer *w, uint64_t id, uint64_t server,
                 const char *name)
{
    put(w, VTR_CREATE, 0, id, VTR_T_GATE, 1, 64);
    writer_text(w, VTR_NAME, id, 0, 1, name);
    put(w, VTR_GATE_BIND, 0, id, thread_of(server), id);
}

static void run(struct writer *w, uint64_t task, uint64_t prio)
{
    put(w, VTR_SWITCH, 0, thread_of(task), w->thread, prio, 0);
    w->thread = thread_of(task);
    w->time += 500;
}

static void enter(struct writer *w, uint64_t slot)
{
    put(w, VTR_ENTER, 0, 0, 0x1100, slot << 12, 0);
}

static void call(struct writer *w, uint64_t to, uint64_t gate_id, uint64_t mr0)
{
    enter(w, 0x16);
    put(w, VTR_IPC, VTR_F_CALL, thread_of(to), gate_id, gate_id,
        (uint64_t)0x55 << 16 | 1, mr0);
    put(w, VTR_IPC_BLOCK, 0, thread_of(to), VTR_WHY_REPLY, gate_id, ~0ull);
}

static void reply(struct writer *w, uint64_t to)
{
    put(w, VTR_IPC, VTR_F_REPLY, thread_of(to), 0, 0, 0);
    put(w, VTR_IPC_BLOCK, 0, 0, VTR_WHY_OPEN_WAIT, 0, ~0ull);
}

static void world(struct writer *w)
{
    program(w, A, "ann", 9);
    program(w, B, "bob", 1);
    program(w, C, "cat", 5);
    gate(w, GATE_A, A, "to-ann");
    gate(w, GATE_B, B, "to-bob");
    gate(w, GATE_C, C, "to-cat");
    put(w, VTR_CAP_MAP, 0, A, 0x30, B, 0x16, GATE_C, 5);
    put(w, VTR_CAP_MAP, 0, B, 0x30, A, 0x16, GATE_B, 5);
    put(w, VTR_CAP_MAP, 0, A, 0x31, C, 0x16, GATE_A, 5);
}

/* Everybody calls somebody once, and gets an answer. */
static void clean(struct writer *w)
{
    run(w, A, 9);
    call(w, B, GATE_B, 1);
    run(w, B, 1);
    call(w, C, GATE_C, 2);
    run(w, C, 5);
    w->time += 3000;
    reply(w, B);
    run(w, B, 1);
    reply(w, A);
    run(w, C, 5);
    call(w, A, GATE_A, 3);
    run(w, A, 9);
    reply(w, C);
    run(w, C, 5);
}

static void deadlock(struct writer *w)
{
    run(w, A, 9);
    call(w, B, GATE_B, 1);
    run(w, B, 1);
    call(w, C, GATE_C, 2);
    run(w, C, 5);
    enter(w, 0x16);
    put(w, VTR_IPC_BLOCK, 0, thread_of(A), VTR_WHY_SEND, GATE_A, ~0ull);
}

/* bob takes ann's request and then waits for somebody else. */
static void stuck(struct writer *w)
{
    run(w, A, 9);
    call(w, B, GATE_B, 1);
    run(w, B, 1);
    put(w, VTR_IPC_BLOCK, 0, 0, VTR_WHY_OPEN_WAIT, 0, ~0ull);
    w->time += 2000000;
}

/* ann waits for bob, who could run but for cat. */
static void inversion(struct writer *w)
{
    run(w, A, 9);
    call(w, B, GATE_B, 1);
    run(w, B, 1);
    run(w, C, 5);
    w->time += 40000;
    run(w, B, 1);
    reply(w, A);
    run(w, A, 9);
}

static void leak(struct writer *w)
{
    for (unsigned i = 0; i < 40; i++) {
        put(w, VTR_CREATE, 0, SPARE + i, VTR_T_SEMAPHORE, 1, 64);
        put(w, VTR_CAP_MAP, 0, B, 0x100 + i, C, 0x100 + i, SPARE + i, 5);
    }
    put(w, VTR_CREATE, 0, SPARE + 99, VTR_T_GATE, 1, 64);
    put(w, VTR_CAP_MAP, 0, B, 0x200, A, 0x50, SPARE + 99, 5);
}

static void chatty(struct writer *w)
{
    for (unsigned i = 0; i < 80; i++) {
        run(w, A, 9);
        call(w, B, GATE_B, 7);
        run(w, B, 1);
        reply(w, A);
    }
    run(w, A, 9);
}

bool write_planted(struct writer *w, const char *what)
{
    static const struct {
        const char *name;
        void (*plant)(struct writer *w);
    } all[] = {{"clean", clean}, {"deadlock", deadlock},
               {"stuck", stuck}, {"inversion", inversion},
               {"leak", leak},   {"chatty", chatty}};

    for (unsigned i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        if (strcmp(all[i].name, what))
            continue;
        world(w);
        clean(w);
        all[i].plant(w);
        w->thread = 0;
        put(w, VTR_END, 0,
            all[i].plant == deadlock ? VTR_END_DEADLOCK : VTR_END_RESULT, 0);
        return true;
    }
    return false;
}
