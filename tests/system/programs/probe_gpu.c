/*
 * virtio GPU, as the probe sees it: each command as it should be, with what it
 * names missing, and with numbers that cannot be. At the end a picture is on
 * the screen, which the tests look at from outside.
 *
 *   data page:   | a command |.. 1024: its answer |.. 2048: a picture's pixels
 *
 * Source: VIRTIO 1.1, section 5.7.
 */
#include "probe.h"
#include <stdio.h>
#include <string.h>

enum { CONTROL = 0, CURSOR = 1, ANSWER_AT = 1024, PIXELS_AT = 2048 };
enum { WIDTH = 32, HEIGHT = 16, PIXEL = 4, PIECE = WIDTH * HEIGHT * PIXEL / 2 };
enum { FENCE = 1, FORMAT = 2, WORDS_MAX = 12 };
enum gpu_type {
    GET_DISPLAY_INFO = 0x100,
    CREATE_2D = 0x101,
    UNREF = 0x102,
    SET_SCANOUT = 0x103,
    FLUSH = 0x104,
    TRANSFER_TO_HOST = 0x105,
    ATTACH_BACKING = 0x106,
    DETACH_BACKING = 0x107,
};

struct gpu_command {
    l4_uint32_t type, flags;
    l4_uint64_t fence;
    l4_uint32_t context, ring;
    l4_uint32_t word[WORDS_MAX];
};

enum { HEAD = 24, ANSWER = HEAD + 16 * 24 };

static struct gpu_command *request(void)
{
    return (struct gpu_command *)data();
}

static volatile struct gpu_command *answer(void)
{
    return (struct gpu_command *)(data() + ANSWER_AT);
}

/* Sends what is in request(), `size` bytes of it, with `room` for an answer. */
static void send(const char *what, unsigned size, unsigned room)
{
    volatile struct rings *r = rings(CONTROL);
    unsigned used = r->used_idx, isr;
    memset(data() + ANSWER_AT, 0xee, ANSWER);
    describe(CONTROL, 0, data(), size, room ? D_NEXT : 0, 1);
    describe(CONTROL, 1, data() + ANSWER_AT, room, D_WRITE, 0);
    offer(CONTROL, 0);
    interrupt();
    isr = get(0x60);
    put(0x64, isr);
    if (r->used_idx == used) {
        printf("%s: %s: no answer, status %#x\n", probe->name, what, get(0x70));
        return;
    }
    printf("%s: %s: answer %#x, flags %u, isr %u, used {%u, %u}\n", probe->name,
           what, answer()->type, answer()->flags, isr, r->used[used % NUM].id,
           r->used[used % NUM].size);
}

/* A command with up to eight words behind its head. */
static void command(const char *what, enum gpu_type type, unsigned count,
                    const l4_uint32_t *word)
{
    memset(request(), 0, sizeof(*request()));
    request()->type = type;
    memcpy(request()->word, word, count * sizeof(*word));
    send(what, HEAD + 4 * count, ANSWER);
}

#define COMMAND(what, type, ...)                                               \
    command(what, type,                                                        \
            sizeof((l4_uint32_t[]){__VA_ARGS__}) / sizeof(l4_uint32_t),        \
            (l4_uint32_t[]){__VA_ARGS__})

/* The pixels, in two pieces. */
static void attach(const char *what, l4_uint32_t resource)
{
    l4_uint64_t bus = bus_of(data() + PIXELS_AT);
    COMMAND(what, ATTACH_BACKING, resource, 2, (l4_uint32_t)bus,
            (l4_uint32_t)(bus >> 32), PIECE, 0, (l4_uint32_t)(bus + PIECE),
            (l4_uint32_t)((bus + PIECE) >> 32), PIECE, 0);
}

static void displays(void)
{
    COMMAND("displays", GET_DISPLAY_INFO, 0);
    printf("%s: the first: %u, %u, %u x %u, enabled %u\n", probe->name,
           answer()->word[0], answer()->word[1], answer()->word[2],
           answer()->word[3], answer()->word[4]);
    say("the second, enabled", answer()->word[10]);
}

static void creation(void)
{
    COMMAND("create 0", CREATE_2D, 0, FORMAT, WIDTH, HEIGHT);
    COMMAND("create 1", CREATE_2D, 1, FORMAT, WIDTH, HEIGHT);
    COMMAND("create 1 again", CREATE_2D, 1, FORMAT, WIDTH, HEIGHT);
    COMMAND("create in format 0", CREATE_2D, 2, 0, WIDTH, HEIGHT);
    COMMAND("create in format 99", CREATE_2D, 2, 99, WIDTH, HEIGHT);
    COMMAND("create a giant", CREATE_2D, 2, FORMAT, 0xffff, 0xffff);
    COMMAND("forget what is not", UNREF, 2, 0);
    COMMAND("forget 0", UNREF, 0, 0);
}

static void without_backing(void)
{
    COMMAND("detach what is not there", DETACH_BACKING, 1, 0);
    COMMAND("transfer from nowhere", TRANSFER_TO_HOST, 0, 0, WIDTH, HEIGHT, 0,
            0, 1, 0);
    COMMAND("flush it all the same", FLUSH, 0, 0, WIDTH, HEIGHT, 1, 0);
    COMMAND("show it all the same", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 1);
    attach("attach to what is not", 2);
    attach("attach", 1);
    attach("attach again", 1);
}

static void areas(void)
{
    COMMAND("transfer", TRANSFER_TO_HOST, 0, 0, WIDTH, HEIGHT, 0, 0, 1, 0);
    COMMAND("transfer a part", TRANSFER_TO_HOST, 8, 8, 8, 8, 0, 0, 1, 0);
    COMMAND("transfer beyond", TRANSFER_TO_HOST, 8, 0, WIDTH, HEIGHT, 0, 0, 1,
            0);
    COMMAND("transfer far beyond", TRANSFER_TO_HOST, ~0u, 0, 2, HEIGHT, 0, 0, 1,
            0);
    COMMAND("transfer for none", TRANSFER_TO_HOST, 0, 0, 1, 1, 0, 0, 2, 0);
    COMMAND("flush", FLUSH, 0, 0, WIDTH, HEIGHT, 1, 0);
    COMMAND("flush beyond", FLUSH, 0, 1, WIDTH, HEIGHT, 1, 0);
    COMMAND("flush nothing", FLUSH, 0, 0, 0, 0, 1, 0);
    COMMAND("flush none", FLUSH, 0, 0, 1, 1, 2, 0);
}

static void scanouts(void)
{
    COMMAND("show", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 1);
    COMMAND("show on no screen", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 1, 1);
    COMMAND("show far away", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 99, 1);
    COMMAND("show none", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 2);
    COMMAND("show a little", SET_SCANOUT, 0, 0, 15, 16, 0, 1);
    COMMAND("show more than there is", SET_SCANOUT, 1, 0, WIDTH, HEIGHT, 0, 1);
    COMMAND("show nothing", SET_SCANOUT, 0, 0, 0, 0, 0, 0);
    COMMAND("show again", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 1);
    COMMAND("detach", DETACH_BACKING, 1, 0);
    COMMAND("forget what is shown", UNREF, 1, 0);
    COMMAND("flush what was forgotten", FLUSH, 0, 0, 1, 1, 1, 0);
}

static void nonsense(void)
{
    COMMAND("no command", (enum gpu_type)0, 0);
    COMMAND("an unknown command", (enum gpu_type)0x155, 0, 0);
    COMMAND("half a command", CREATE_2D, 3, FORMAT);
    COMMAND("which did nothing", UNREF, 3, 0);
    request()->type = GET_DISPLAY_INFO;
    request()->flags = FENCE;
    request()->fence = 0x123456789abcull;
    request()->context = 5;
    send("behind a fence", HEAD, ANSWER);
    say("its fence", answer()->fence);
    say("its context", answer()->context);
    send("no room for an answer", HEAD, 0);
    send("little room for an answer", HEAD, 8);
    say("behind it", answer()->context);
}

void probe_gpu(void)
{
    features(1ull << 32 | 0x30000000ull);
    queue_registers(2);
    start(1ull << 32, 2);
    say("status", get(0x70));
    for (unsigned i = 0; i < 4; i++)
        say("configuration", get(0x100 + 4 * i));
    displays();
    creation();
    without_backing();
    areas();
    scanouts();
    nonsense();
    memset(data(), 0, 56);
    describe(CURSOR, 0, data(), 56, 0, 0);
    offer(CURSOR, 0);
    outcome(CURSOR, "the cursor");
    COMMAND("create 1", CREATE_2D, 1, FORMAT, WIDTH, HEIGHT);
    start(1ull << 32, 2);
    COMMAND("after a reset", UNREF, 1, 0);
}

/* Reddish from left to right, greenish downwards. */
void probe_gpu_picture(void)
{
    unsigned char *at = (unsigned char *)data() + PIXELS_AT;
    start(1ull << 32, 2);
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++, at += PIXEL) {
        at[0] = 0x40;
        at[1] = (unsigned char)(i / WIDTH * 16);
        at[2] = (unsigned char)(i % WIDTH * 8);
    }
    COMMAND("create the picture", CREATE_2D, 1, FORMAT, WIDTH, HEIGHT);
    attach("attach its pixels", 1);
    COMMAND("show it", SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 1);
    COMMAND("transfer it", TRANSFER_TO_HOST, 0, 0, WIDTH, HEIGHT, 0, 0, 1, 0);
    COMMAND("flush it", FLUSH, 0, 0, WIDTH, HEIGHT, 1, 0);
}
