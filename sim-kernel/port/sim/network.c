/*
 * Network: what the machine's adapters are connected to (--net).
 *
 *   hub            the machine's adapters at `hub` hear each other
 *   pcap:IN[,OUT]  IN's frames arrive as far apart as they were captured, from
 *                  the moment the driver listens; what the adapter says goes
 *                  to OUT with its virtual time
 *
 * Both are deterministic: nothing enters that is not in a file.
 *
 * Capture files are pcap's classic format, of either byte order, with
 * microseconds or nanoseconds; link type Ethernet.
 * Source: "PCAP Capture File Format", draft-ietf-opsawg-pcap.
 */
#include "machine.h"
#include "virtio_net.h"
#include <errno.h>
#include <string.h>

enum { NICS = 4, PCAP_ETHERNET = 1, SNAP_LENGTH = 65535 };
#define PCAP_MICRO 0xa1b2c3d4u
#define PCAP_NANO  0xa1b23c4du

struct pcap_header {
    uint32_t magic;
    uint16_t major, minor;
    uint32_t zone, accuracy, snap_length, link;
};

struct pcap_record {
    uint32_t seconds, fraction, kept, size;
};

struct nic {
    struct hw_virtio_net net;
    char text[4096]; /* of its option */
    const char *in_name, *out_name;
    FILE *in, *out;
    bool at_hub, swapped, micro, started;
    uint64_t first, start; /* ns: of IN's first frame; virtual, of our first */
    struct hw_event arrives;
    unsigned char frame[HW_NET_FRAME_MAX];
    unsigned frame_size;
};

static struct {
    unsigned count;
    struct hw_clock *clock;
    struct nic nic[NICS];
} network;

void network_option(const char *text)
{
    if (network.count == NICS)
        sim_die("--net: a machine has at most %d network adapters", NICS);
    struct nic *n = &network.nic[network.count++];
    if (strlen(text) >= sizeof(n->text))
        sim_die("--net: the file's name is too long");
    strcpy(n->text, text);
    if (!strcmp(text, "hub")) {
        n->at_hub = true;
        return;
    }
    if (strncmp(text, "pcap:", 5))
        sim_die("--net: \"%s\" is neither hub nor pcap:IN[,OUT]", text);
    n->in_name = n->text + 5;
    char *comma = strchr(n->text, ',');
    if (comma) {
        *comma = 0;
        n->out_name = comma + 1;
    }
}

/* --- capture files ---------------------------------------------------------
 */

static uint32_t pcap_word(const struct nic *n, uint32_t word)
{
    return n->swapped ? __builtin_bswap32(word) : word;
}

static void pcap_open(struct nic *n)
{
    struct pcap_header h;
    if (!n->in_name || !*n->in_name)
        return;
    n->in = fopen(n->in_name, "rb");
    if (!n->in)
        sim_die("%s: cannot read the capture file: %s", n->in_name,
                strerror(errno));
    bool whole = fread(&h, sizeof(h), 1, n->in) == 1;
    n->swapped = h.magic == __builtin_bswap32(PCAP_MICRO) ||
                 h.magic == __builtin_bswap32(PCAP_NANO);
    uint32_t magic = pcap_word(n, h.magic);
    n->micro = magic == PCAP_MICRO;
    if (!whole || (magic != PCAP_MICRO && magic != PCAP_NANO) ||
        (pcap_word(n, h.link) & 0xffff) != PCAP_ETHERNET)
        sim_die("%s: is no pcap file of Ethernet frames", n->in_name);
}

static void pcap_create(struct nic *n)
{
    static const struct pcap_header h = {PCAP_NANO,    2, 4, 0, 0, SNAP_LENGTH,
                                         PCAP_ETHERNET};
    if (!n->out_name)
        return;
    n->out = fopen(n->out_name, "wb");
    if (!n->out || fwrite(&h, sizeof(h), 1, n->out) != 1)
        sim_die("%s: cannot write: %s", n->out_name, strerror(errno));
}

static void pcap_write(struct nic *n, const void *frame, unsigned size)
{
    uint64_t now = network.clock->now;
    struct pcap_record r = {(uint32_t)(now / 1000000000u),
                            (uint32_t)(now % 1000000000u), size, size};
    if (fwrite(&r, sizeof(r), 1, n->out) != 1 ||
        fwrite(frame, size, 1, n->out) != 1)
        sim_die("%s: cannot write: %s", n->out_name, strerror(errno));
}

/* The next frame of IN and its time; false: there is none. Frames too long
 * for the wire are passed by. */
static bool pcap_next(struct nic *n, uint64_t *ret_time)
{
    struct pcap_record r;
    while (fread(&r, sizeof(r), 1, n->in) == 1) {
        uint32_t kept = pcap_word(n, r.kept);
        *ret_time = pcap_word(n, r.seconds) * 1000000000ull +
                    pcap_word(n, r.fraction) * (n->micro ? 1000ull : 1);
        n->frame_size = kept;
        if (kept > HW_NET_FRAME_MAX) {
            if (fseek(n->in, (long)kept, SEEK_CUR))
                return false;
            continue;
        }
        return fread(n->frame, 1, kept, n->in) == kept;
    }
    return false;
}

static void arrive_next(struct nic *n)
{
    uint64_t time;
    if (!pcap_next(n, &time))
        return;
    if (!n->first)
        n->first = time;
    uint64_t after = time > n->first ? time - n->first : 0;
    hw_clock_set(network.clock, &n->arrives, n->start + after);
}

static void on_arrival(void *data)
{
    struct nic *n = data;
    hw_virtio_net_input(&n->net, n->frame, n->frame_size);
    arrive_next(n);
}

/* The driver offers buffers for the first time: the file begins. */
static void on_listens(void *data)
{
    struct nic *n = data;
    if (n->started || !n->in)
        return;
    n->started = true;
    n->start = network.clock->now;
    arrive_next(n);
}

/* --- frames out ---------------------------------------------------------- */

static void on_frame(void *data, const void *frame, unsigned size)
{
    struct nic *n = data;
    sim_own_tp();
    if (n->out)
        pcap_write(n, frame, size);
    for (unsigned i = 0; n->at_hub && i < network.count; i++)
        if (&network.nic[i] != n && network.nic[i].at_hub)
            hw_virtio_net_input(&network.nic[i].net, frame, size);
}

unsigned network_init(struct hw_clock *clock, struct hw_virtio *slots,
                      unsigned room)
{
    network.clock = clock;
    if (network.count > room)
        sim_die("--net: only %u slots are left", room);
    for (unsigned i = 0; i < network.count; i++) {
        struct nic *n = &network.nic[i];
        unsigned char mac[6] = {0x52, 0x54, 0,
                                0x12, 0x34, (unsigned char)(0x56 + i)};
        pcap_open(n);
        pcap_create(n);
        hw_virtio_net_init(&n->net, &slots[i], clock, mac, on_frame, n);
        n->net.listens = on_listens;
        hw_event_init(&n->arrives, on_arrival, n);
    }
    return network.count;
}

void network_close(void)
{
    for (unsigned i = 0; i < network.count; i++)
        if (network.nic[i].out && fclose(network.nic[i].out))
            sim_die("%s: cannot write: %s", network.nic[i].out_name,
                    strerror(errno));
}
