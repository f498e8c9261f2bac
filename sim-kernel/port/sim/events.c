/*
 * Input devices: what happens at the keyboard and the tablet of --events.
 *
 *      # ms   type code value         numbers of Linux' input layer
 *      10     key  30   1             key: a keyboard's codes (to 226),
 *      60     key  30   0                  buttons (272..274) the tablet's
 *      80     abs  0    4096          abs: the tablet's
 *
 * Times count from the moment when the devices' drivers listen, and do not go
 * back; what happens at one time at one device is told as one (SYN). Both
 * devices are there even if nothing happens at one.
 *
 * I1  what happens depends on the file and on virtual time alone.
 */
#include "machine.h"
#include "virtio_input.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    DEVICES = HW_INPUT_TABLET + 1,
    NS_PER_MS = 1000000,
    MS_MAX = 1000000000
};

struct happening {
    uint64_t at; /* ns after the start */
    unsigned device;
    uint16_t type, code;
    uint32_t value;
};

static struct {
    struct hw_virtio_input device[DEVICES];
    bool listens[DEVICES];
    struct hw_clock *clock;
    struct hw_event due;
    struct happening *list;
    unsigned count, next;
    uint64_t start; /* virtual time */
    bool started;
} events;

/* --- the file ------------------------------------------------------------ */

static bool device_find(struct happening *h)
{
    for (h->device = 0; h->device < DEVICES; h->device++)
        if (hw_virtio_input_has(&events.device[h->device], h->type, h->code))
            return true;
    return false;
}

/* "MS TYPE CODE VALUE"; false: it is something else. */
static bool happening_read(const char *line, struct happening *h)
{
    char type[4];
    unsigned long ms, code;
    long value;
    int end = 0;
    if (sscanf(line, "%lu %3s %lu %ld %n", &ms, type, &code, &value, &end) !=
            4 ||
        line[end] || ms > MS_MAX)
        return false;
    if (strcmp(type, "key") && strcmp(type, "abs"))
        return false;
    *h = (struct happening){.at = ms * NS_PER_MS,
                            .type = *type == 'k' ? HW_INPUT_KEY : HW_INPUT_ABS,
                            .code = (uint16_t)code,
                            .value = (uint32_t)value};
    return code <= UINT16_MAX && device_find(h);
}

static void happening_add(const struct happening *h, unsigned number)
{
    if (events.count && h->at < events.list[events.count - 1].at)
        sim_die("%s:%u: the time goes back", sim_options.events, number);
    events.list =
        realloc(events.list, (events.count + 1) * sizeof(*events.list));
    if (!events.list)
        sim_die("no memory for the events of %s", sim_options.events);
    events.list[events.count++] = *h;
}

static void file_read(void)
{
    char line[256];
    struct happening h;
    FILE *file = fopen(sim_options.events, "r");
    if (!file)
        sim_die("%s: cannot read: %s", sim_options.events, strerror(errno));
    for (unsigned number = 1; file && fgets(line, sizeof(line), file);
         number++) {
        const char *text = line + strspn(line, " \t\r\n");
        if (!*text || *text == '#')
            continue;
        if (!happening_read(text, &h))
            sim_die("%s:%u: no event of a keyboard or tablet (MS key|abs CODE "
                    "VALUE)",
                    sim_options.events, number);
        happening_add(&h, number);
    }
    if (file)
        fclose(file);
}

/* --- what happens -------------------------------------------------------- */

static void due_set(void)
{
    if (events.next < events.count)
        hw_clock_set(events.clock, &events.due,
                     events.start + events.list[events.next].at);
}

static void on_due(void *data)
{
    uint64_t now = events.list[events.next].at;
    bool told[DEVICES] = {false};
    (void)data;
    for (; events.next < events.count && events.list[events.next].at == now;
         events.next++) {
        const struct happening *h = &events.list[events.next];
        hw_virtio_input_event(&events.device[h->device], h->type, h->code,
                              h->value);
        told[h->device] = true;
    }
    for (unsigned i = 0; i < DEVICES; i++)
        if (told[i])
            hw_virtio_input_event(&events.device[i], HW_INPUT_SYN, 0, 0);
    due_set();
}

/* When both devices have a driver, time begins to count. */
static void on_listens(void *data)
{
    *(bool *)data = true;
    for (unsigned i = 0; i < DEVICES; i++)
        if (!events.listens[i])
            return;
    if (events.started)
        return;
    events.started = true;
    events.start = events.clock->now;
    due_set();
}

void events_init(struct hw_clock *clock, struct hw_virtio *slots, unsigned room)
{
    if (!sim_options.events)
        return;
    if (room < DEVICES)
        sim_die("--events: no slots are left for a keyboard and a tablet");
    events.clock = clock;
    hw_event_init(&events.due, on_due, NULL);
    for (unsigned i = 0; i < DEVICES; i++)
        hw_virtio_input_init(&events.device[i], &slots[i],
                             (enum hw_input_what)i, on_listens,
                             &events.listens[i]);
    file_read();
}
