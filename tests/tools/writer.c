/* Trace files and their story, as writer.h says. */
#include "writer.h"
#include "crc32.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

void writer_open(struct writer *w, const char *path, const char *system,
                 bool zstd)
{

    struct vtr_file_header h = {.magic = VTR_MAGIC,
                                .version = VTR_VERSION,
                                .record_size = 64,
                                .ram_bytes = 64 << 20,
                                .target = "sim"};

    *w = (struct writer){
        .file = fopen(path, "wb"), .zstd = zstd, .chunk_records = 64};
    if (!w->file) {
        perror(path);
        exit(1);
    }
    strncpy(h.system, system, sizeof(h.system) - 1);
    fwrite(&h, sizeof(h), 1, w->file);
}

static void flush(struct writer *w)
{
    struct vtr_chunk c = {.magic = VTR_CHUNK_MAGIC,
                          .codec = w->zstd,
                          .records = w->count,
                          .first_time = w->chunk[0].time,
                          .kinds = vtr_kinds_of(w->chunk, w->count)};
    size_t size = w->count * sizeof(w->chunk[0]);
    static char packed[2 * sizeof(w->chunk)];
    const void *bytes = w->chunk;

    if (!w->count)
        return;
    if (w->zstd) {
        size = ZSTD_compress(packed, sizeof(packed), w->chunk, size, 3);
        bytes = packed;
    }
    c.bytes = (uint32_t)size;
    c.crc = crc32_update(0, bytes, size);
    fwrite(&c, sizeof(c), 1, w->file);
    fwrite(bytes, size, 1, w->file);
    w->count = 0;
}

void writer_close(struct writer *w)
{
    flush(w);
    fclose(w->file);
}

void writer_put(struct writer *w, unsigned event, unsigned flags,
                unsigned count, const uint64_t *args)
{
    struct vtr_record *r = &w->chunk[w->count++];

    *r = (struct vtr_record){.time = w->time,
                             .thread = w->thread,
                             .event = (uint16_t)event,
                             .flags = (uint8_t)flags};
    memcpy(r->arg, args, count * sizeof(*args));
    if (w->count == w->chunk_records)
        flush(w);
    w->time += 130;
}

void writer_text(struct writer *w, unsigned event, uint64_t a0, uint64_t a1,
                 unsigned first, const char *text)
{
    uint64_t args[6] = {a0, a1};
    size_t size = strlen(text);

    memset(&args[first], 0, sizeof(args) - first * sizeof(args[0]));
    memcpy(&args[first], text, size < 32 ? size : 32);
    writer_put(w, event, 0, first + 4, args);
}

/* --- the story ---------------------------------------------------------- */

enum {
    KERNEL_FACTORY = 1,
    SCHEDULER,
    ICU,
    VLOG,
    DEBUGGER,
    UART_IRQ,
    SIGMA0 = 10,
    SIGMA0_THREAD,
    MOE,
    MOE_THREAD,
    MOE_BOOT,
    SIGMA0_GATE,
    NED = 20,
    NED_THREAD,
    NED_RM,
    NED_PARENT,
    ROM,
    SERVER = 30,
    SERVER_THREAD,
    SERVER_RM,
    CALC_GATE,
    CLIENT_A = 40,
    CLIENT_A_THREAD,
    CLIENT_A_RM,
    CLIENT_B = 50,
    CLIENT_B_THREAD,
    CLIENT_B_RM,
};

/* A capability that the replay and the snapshot must agree on. */
static struct {
    uint64_t task, slot, object, rights;
} caps[256];
static unsigned cap_count;

static void give(struct writer *w, uint64_t from_task, uint64_t from_slot,
                 uint64_t to_task, uint64_t slot, uint64_t object,
                 uint64_t rights)
{
    put(w, VTR_CAP_MAP, 0, from_task, from_slot, to_task, slot, object, rights);
    caps[cap_count].task = to_task;
    caps[cap_count].slot = slot;
    caps[cap_count].object = object;
    caps[cap_count++].rights = rights;
}

static void take(struct writer *w, uint64_t task, uint64_t slot,
                 uint64_t rights)
{
    for (unsigned i = 0; i < cap_count; i++) {
        if (caps[i].task != task || caps[i].slot != slot)
            continue;
        put(w, VTR_CAP_UNMAP, 0, task, slot, caps[i].object, rights, task);
        caps[i].rights &= ~rights;
        if (!(caps[i].rights & 4))
            caps[i] = caps[--cap_count];
        return;
    }
}

static void make(struct writer *w, uint64_t object, uint64_t type,
                 const char *name)
{
    put(w, VTR_CREATE, 0, object, type, KERNEL_FACTORY, 256);
    if (name)
        writer_text(w, VTR_NAME, object, 0, 1, name);
}

static void run(struct writer *w, uint32_t thread)
{
    put(w, VTR_SWITCH, 0, thread, w->thread, 2, 0);
    w->thread = thread;
    w->time += 400;
}

static uint64_t tag(long label, unsigned words, unsigned items)
{
    return (uint64_t)label << 16 | items << 6 | words;
}

/* A call by the running thread and its reply. */
static void call(struct writer *w, uint32_t server, uint32_t gate,
                 uint64_t label, long proto, uint64_t mr0, long result,
                 uint64_t answer, unsigned items)
{
    uint32_t client = w->thread;

    put(w, VTR_IPC, VTR_F_CALL, server, gate, label, tag(proto, 2, 0), mr0);
    run(w, server);
    w->time += 700;
    put(w, VTR_IPC, VTR_F_REPLY | (items ? VTR_F_ITEMS : 0), client, 0, 0,
        tag(result, result < 0 ? 0 : 1, items), answer);
    run(w, client);
}

static void page_fault(struct writer *w, uint32_t pager, uint32_t gate,
                       uint64_t address)
{
    uint32_t client = w->thread;

    put(w, VTR_PAGE_FAULT, 0, address, 2, 0x1100101000, 0);
    put(w, VTR_IPC, VTR_F_CALL | VTR_F_FAULT, pager, gate, 0, tag(-2, 2, 0),
        address | 2, 0x1100101000);
    run(w, pager);
    put(w, VTR_IPC, VTR_F_REPLY | VTR_F_ITEMS, client, 0, 0, tag(0, 0, 1));
    run(w, client);
}

static void boot(struct writer *w)
{
    put(w, VTR_BOOT, 0, 1, 64 << 20, 1, 0);
    make(w, KERNEL_FACTORY, VTR_T_FACTORY, NULL);
    make(w, SCHEDULER, VTR_T_SCHEDULER, NULL);
    make(w, ICU, VTR_T_ICU, NULL);
    make(w, VLOG, VTR_T_VLOG, NULL);
    make(w, DEBUGGER, VTR_T_DEBUGGER, NULL);
    make(w, SIGMA0, VTR_T_TASK, "sigma0");
    make(w, SIGMA0_THREAD, VTR_T_THREAD, NULL);
    put(w, VTR_BIND, 0, SIGMA0_THREAD, SIGMA0, 0);
    make(w, MOE, VTR_T_TASK, "moe");
    make(w, MOE_THREAD, VTR_T_THREAD, "moe");
    put(w, VTR_BIND, 0, MOE_THREAD, MOE, 0);
    make(w, MOE_BOOT, VTR_T_THREAD, "boot");
    put(w, VTR_BIND, 0, MOE_BOOT, MOE, 0);
    make(w, SIGMA0_GATE, VTR_T_GATE, "sigma0");
    put(w, VTR_GATE_BIND, 0, SIGMA0_GATE, SIGMA0_THREAD, 0x10);

    static const uint64_t roots[][2] = {{2, KERNEL_FACTORY},
                                        {5, VLOG},
                                        {6, ICU},
                                        {7, SCHEDULER},
                                        {10, DEBUGGER}};
    for (unsigned i = 0; i < 5; i++) {
        give(w, 0, 0, SIGMA0, roots[i][0], roots[i][1], 0x7f);
        give(w, 0, 0, MOE, roots[i][0], roots[i][1], 0x7f);
    }
    give(w, 0, 0, SIGMA0, 1, SIGMA0, 0x7f);
    give(w, 0, 0, SIGMA0, 3, SIGMA0_THREAD, 0x7f);
    give(w, 0, 0, MOE, 1, MOE, 0x7f);
    give(w, 0, 0, MOE, 3, MOE_THREAD, 0x7f);
    give(w, 0, 0, MOE, 4, SIGMA0_GATE, 7);
    give(w, 0, 0, MOE, 0x20, MOE_BOOT, 0x7f);
    run(w, MOE_THREAD);
    for (unsigned i = 0; i < 6; i++)
        call(w, SIGMA0_THREAD, SIGMA0_GATE, 0x10, -6, ~0xffull + 0x90, 0, 1, 1);
    run(w, MOE_BOOT);
}

/* `loader` makes a task with a thread and its first capabilities. */
static void start(struct writer *w, uint64_t loader, uint64_t task,
                  const char *name, uint64_t slot)
{
    uint64_t thread = task + 1, rm = task + 2;

    make(w, task, VTR_T_TASK, name);
    give(w, 0, 0, loader, slot, task, 0x7f);
    make(w, thread, VTR_T_THREAD, name);
    put(w, VTR_BIND, 0, thread, task, 0x1100f00000);
    give(w, 0, 0, loader, slot + 1, thread, 0x7f);
    make(w, rm, VTR_T_GATE, "rm");
    put(w, VTR_GATE_BIND, 0, rm, MOE_THREAD, rm << 4);
    give(w, 0, 0, MOE, 0x100 + slot, rm, 0x7f);
    give(w, loader, slot, task, 1, task, 0xf);
    give(w, MOE, 2, task, 2, KERNEL_FACTORY, 5);
    give(w, loader, slot + 1, task, 3, thread, 0xf);
    give(w, MOE, 0x100 + slot, task, 4, rm, 7);
    give(w, MOE, 5, task, 5, VLOG, 5);
    give(w, MOE, 7, task, 7, SCHEDULER, 7);
    put(w, VTR_INVOKE, 0, SCHEDULER, VTR_T_SCHEDULER, 1, tag(-14, 5, 1));
    put(w, VTR_RESULT, 0, SCHEDULER, tag(0, 0, 0), 0);
    writer_text(w, VTR_IMAGE, task, 0x1100100000, 2, name);
    put(w, VTR_THREAD_START, 0, thread, 0x1100101000, 0x1100effff0, 2);
}

static void serve(struct writer *w)
{
    uint32_t clients[] = {CLIENT_A_THREAD, CLIENT_B_THREAD};

    for (unsigned c = 0; c < 2; c++) {
        run(w, clients[c]);
        page_fault(w, MOE_THREAD, clients[c] + 1, 0x1100e00000);
        page_fault(w, MOE_THREAD, clients[c] + 1, 0x1100e01000);
    }
    for (unsigned i = 0; i < 4; i++) {
        run(w, clients[i % 2]);
        call(w, SERVER_THREAD, CALC_GATE, 0x40, 0x77, 1, 0, 10 * i, 0);
    }
    for (unsigned i = 0; i < 12; i++)
        call(w, SERVER_THREAD, CALC_GATE, 0x40, 0x77, 2, 0, i, 0);
    call(w, SERVER_THREAD, CALC_GATE, 0x40, 0x77, 9, -38, 0, 0);
}

/* A sender that waits: the message passes while the receiver runs, in the
 * name of its sender. */
static void meet_late(struct writer *w)
{
    run(w, CLIENT_A_THREAD);
    put(w, VTR_IPC_BLOCK, 0, SERVER_THREAD, VTR_WHY_SEND, CALC_GATE, ~0ull);
    run(w, SERVER_THREAD);
    w->thread = CLIENT_A_THREAD;
    put(w, VTR_IPC, VTR_F_CALL, SERVER_THREAD, CALC_GATE, 0x40, tag(0x77, 1, 0),
        3);
    w->thread = SERVER_THREAD;
    put(w, VTR_IPC, VTR_F_REPLY, CLIENT_A_THREAD, 0, 0, tag(0, 1, 0), 99);
}

static void go_wrong(struct writer *w)
{
    put(w, VTR_IRQ, 0, 4, UART_IRQ);
    uint32_t running = w->thread;
    w->thread = UART_IRQ;
    put(w, VTR_IPC, VTR_F_IRQ, NED_THREAD, UART_IRQ, 0x70, tag(-1, 0, 0));
    w->thread = running;
    run(w, CLIENT_B_THREAD);
    put(w, VTR_PAGE_FAULT, 0, 0xdead000, 2, 0x1100101234, CLIENT_B);
    put(w, VTR_IPC, VTR_F_CALL | VTR_F_FAULT, MOE_THREAD, CLIENT_B_RM, 0,
        tag(-2, 2, 0), 0xdead002, 0x1100101234);
    run(w, MOE_THREAD);
    put(w, VTR_IPC, VTR_F_REPLY, CLIENT_B_THREAD, 0, 0, tag(-14, 0, 0));
    run(w, CLIENT_B_THREAD);
    put(w, VTR_IPC, VTR_F_CALL | VTR_F_FAULT, NED_THREAD, NED_PARENT, 0,
        tag(-5, 26, 0), 0);
    run(w, NED_THREAD);
    put(w, VTR_FAULT_REPORT, 0, CLIENT_B_THREAD, CLIENT_B, 0, 0xdead000,
        0x1100101234, 2);
    take(w, NED, 0x40, 0x7f);
    take(w, NED, 0x41, 0x7f);
    for (unsigned slot = 1; slot < 0x40; slot++)
        take(w, CLIENT_B, slot, 0x7f);
    put(w, VTR_DELETE, 0, CLIENT_B_THREAD, VTR_T_THREAD);
    put(w, VTR_DELETE, 0, CLIENT_B, VTR_T_TASK);
    take(w, MOE, 0x140, 0x7f);
    put(w, VTR_DELETE, 0, CLIENT_B_RM, VTR_T_GATE);
}

static void snapshot(struct writer *w, bool lie)
{
    static const uint64_t objects[][3] = {
        {KERNEL_FACTORY, VTR_T_FACTORY},
        {SCHEDULER, VTR_T_SCHEDULER},
        {ICU, VTR_T_ICU},
        {VLOG, VTR_T_VLOG},
        {DEBUGGER, VTR_T_DEBUGGER},
        {UART_IRQ, VTR_T_IRQ},
        {SIGMA0, VTR_T_TASK},
        {SIGMA0_THREAD, VTR_T_THREAD, SIGMA0},
        {MOE, VTR_T_TASK},
        {MOE_THREAD, VTR_T_THREAD, MOE},
        {MOE_BOOT, VTR_T_THREAD, MOE},
        {SIGMA0_GATE, VTR_T_GATE},
        {NED, VTR_T_TASK},
        {NED_THREAD, VTR_T_THREAD, NED},
        {NED_RM, VTR_T_GATE},
        {NED_PARENT, VTR_T_GATE},
        {ROM, VTR_T_GATE},
        {SERVER, VTR_T_TASK},
        {SERVER_THREAD, VTR_T_THREAD, SERVER},
        {SERVER_RM, VTR_T_GATE},
        {CALC_GATE, VTR_T_GATE},
        {CLIENT_A, VTR_T_TASK},
        {CLIENT_A_THREAD, VTR_T_THREAD, CLIENT_A},
        {CLIENT_A_RM, VTR_T_GATE}};

    for (unsigned i = 0; i < sizeof(objects) / sizeof(objects[0]); i++)
        put(w, VTR_SNAP_OBJECT, 0, objects[i][0], objects[i][1], objects[i][2],
            objects[i][1] == VTR_T_THREAD ? 2 : 0);
    for (unsigned i = 0; i < cap_count; i++)
        put(w, VTR_SNAP_CAP, 0, caps[i].task, caps[i].slot, caps[i].object,
            caps[i].rights ^ (lie && i == 3 ? 1 : 0), 0, 0);
}

void write_story(struct writer *w, bool lie)
{
    cap_count = 0;
    boot(w);
    start(w, MOE, NED, "ned", 0x20 + 1);
    make(w, NED_PARENT, VTR_T_GATE, "parent");
    put(w, VTR_GATE_BIND, 0, NED_PARENT, NED_THREAD, 0x80);
    give(w, 0, 0, NED, 0x30, NED_PARENT, 0x7f);
    make(w, ROM, VTR_T_GATE, "rom");
    put(w, VTR_GATE_BIND, 0, ROM, MOE_THREAD, 0x90);
    give(w, 0, 0, MOE, 0x40, ROM, 0x7f);
    give(w, MOE, 0x40, NED, 0x11, ROM, 5);
    make(w, UART_IRQ, VTR_T_IRQ, "uart");
    put(w, VTR_GATE_BIND, 0, UART_IRQ, NED_THREAD, 0x70);
    give(w, 0, 0, NED, 0x12, UART_IRQ, 0x7f);
    run(w, NED_THREAD);
    for (unsigned i = 0; i < 8; i++) {
        call(w, MOE_THREAD, NED_RM, NED_RM << 4, 0x4005, 0, 0, 0, 0);
        call(w, MOE_THREAD, NED_RM, NED_RM << 4, 0x4000, 1, 0, 0, 1);
    }
    make(w, CALC_GATE, VTR_T_GATE, "calc");
    give(w, 0, 0, NED, 0x31, CALC_GATE, 0x7f);
    start(w, NED, SERVER, "server", 0x34);
    give(w, NED, 0x31, SERVER, 0x16, CALC_GATE, 0x1f);
    put(w, VTR_GATE_BIND, 0, CALC_GATE, SERVER_THREAD, 0x40);
    start(w, NED, CLIENT_A, "client a", 0x38);
    give(w, NED, 0x31, CLIENT_A, 0x16, CALC_GATE, 5);
    start(w, NED, CLIENT_B, "client b", 0x40);
    give(w, NED, 0x31, CLIENT_B, 0x16, CALC_GATE, 5);
    give(w, NED, 0x31, CLIENT_B, 0x17, CALC_GATE, 7);
    serve(w);
    meet_late(w);
    go_wrong(w);
    w->thread = 0;
    put(w, VTR_WAIT, 0, SERVER_THREAD, 0, VTR_WHY_OPEN_WAIT, w->time, 0, 0);
    put(w, VTR_END, 0, VTR_END_RESULT, 1);
    snapshot(w, lie);
}

/* Ten records a call: entry, request, switch, exit, and back. */
static void busy_call(struct writer *w, uint32_t client, uint64_t i)
{
    put(w, VTR_ENTER, 0, 1, 0x1100101000 + i % 16, 0x16, tag(0x77, 2, 0));
    put(w, VTR_IPC, VTR_F_CALL, SERVER_THREAD, CALC_GATE, 0x40, tag(0x77, 2, 0),
        i % 3, i);
    run(w, SERVER_THREAD);
    put(w, VTR_LEAVE, 0, SERVER_THREAD, 0x1100201000);
    put(w, VTR_ENTER, 0, 1, 0x1100201010, 0, 0);
    put(w, VTR_IPC, VTR_F_REPLY, client, 0, 0, tag(0, 1, 0), i);
    put(w, VTR_IPC_BLOCK, 0, 0, VTR_WHY_OPEN_WAIT, 0, ~0ull);
    run(w, client);
    put(w, VTR_LEAVE, 0, client, 0x1100101010);
}

void write_many(struct writer *w, unsigned long records)
{
    static const uint32_t clients[] = {CLIENT_A_THREAD, NED_THREAD, MOE_THREAD};

    write_story(w, false);
    w->chunk_records = sizeof(w->chunk) / sizeof(w->chunk[0]);
    for (unsigned long i = 0; i < records / 10; i++) {
        uint32_t client = clients[i / 4 % 3];
        if (w->thread != client)
            run(w, client);
        busy_call(w, client, i);
    }
}

/* A gate is made, handed on and goes again: four records the graph sees. */
static void come_and_go(struct writer *w, uint64_t i)
{
    uint64_t gate = 1000 + i;

    make(w, gate, VTR_T_GATE, NULL);
    put(w, VTR_CAP_MAP, 0, 0, 0, SERVER, 0x100, gate, 0x7f);
    put(w, VTR_CAP_MAP, 0, SERVER, 0x100, CLIENT_A, 0x100 + i % 64, gate, 5);
    if (i >= 32)
        put(w, VTR_DELETE, 0, gate - 32, VTR_T_GATE);
}

void write_churn(struct writer *w, unsigned long records)
{
    write_story(w, false);
    w->chunk_records = 4096;
    for (unsigned long i = 0; i < records / 24; i++) {
        run(w, CLIENT_A_THREAD);
        busy_call(w, CLIENT_A_THREAD, 2 * i);
        busy_call(w, CLIENT_A_THREAD, 2 * i + 1);
        come_and_go(w, i);
    }
}

void write_crowd(struct writer *w, unsigned tasks)
{
    cap_count = 0;
    make(w, 1, VTR_T_TASK, "server");
    make(w, 2, VTR_T_THREAD, NULL);
    put(w, VTR_BIND, 0, 2, 1, 0);
    for (unsigned i = 0; i < tasks; i++) {
        char name[32];
        uint64_t task = 10 + 3 * (uint64_t)i, gate = task + 2;
        snprintf(name, sizeof(name), "client%u", i);
        make(w, task, VTR_T_TASK, name);
        make(w, task + 1, VTR_T_THREAD, NULL);
        put(w, VTR_BIND, 0, task + 1, task, 0);
        make(w, gate, VTR_T_GATE, NULL);
        put(w, VTR_GATE_BIND, 0, gate, 2, i << 2);
        put(w, VTR_CAP_MAP, 0, 0, 0, 1, i, gate, 0x7f);
        put(w, VTR_CAP_MAP, 0, 1, i, task, 0x16, gate, 5);
    }
}
