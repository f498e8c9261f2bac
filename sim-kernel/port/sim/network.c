/*
 * Network: what the machine's adapters are connected to (--net).
 *
 *   hub            the machine's adapters at `hub` hear each other
 *   pcap:IN[,OUT]  IN's frames arrive as far apart as they were captured, from
 *                  the moment the driver listens; what the adapter says goes
 *                  to OUT with its virtual time
 *
 *   link:PATH[,MAC]  an adapter of another simulator hears it, and the other
 *                  way round (wire.h); user: the host's network
 *
 * The first two are deterministic: nothing enters that is not in a file. What
 * comes by a wire (the other two) is found when the machine looks, every
 * LOOK_NS of virtual time. At which look a frame was there is all that is not
 * reproducible; that and the frame go to the trace, and a replay needs no wire.
 * Virtual time does not run ahead of the host's then (--realtime).
 *
 * Capture files are pcap's classic format, of either byte order, with
 * microseconds or nanoseconds; link type Ethernet.
 * Source: "PCAP Capture File Format", draft-ietf-opsawg-pcap.
 */
#include "machine.h"
#include "wire.h"
#include <errno.h>
#include <string.h>

enum { NICS = 4, FORWARDS = 16, LOOK_NS = 250000, LOOK_FRAMES = 32 };
enum { PCAP_ETHERNET = 1, SNAP_LENGTH = 65535 };
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
    bool at_hub, at_gateway, swapped, micro, started;
    const char *link; /* the socket's name */
    unsigned char mac[6];
    struct wire wire;
    bool has_wire; /* there is another end, as far as is known */
    struct hw_event looks;
    uint64_t first, start; /* ns: of IN's first frame; virtual, of our first */
    struct hw_event arrives;
    unsigned char frame[HW_NET_FRAME_MAX];
    unsigned frame_size;
};

static struct {
    unsigned count;
    const char *forward[FORWARDS];
    unsigned forwards;
    uint64_t looks; /* at wires, so far */
    struct hw_clock *clock;
    struct nic nic[NICS];
} network;

static const unsigned char first_mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static void parse_mac(struct nic *n, const char *text)
{
    unsigned m[6];
    int end = 0;
    if (sscanf(text, "%x:%x:%x:%x:%x:%x%n", m, m + 1, m + 2, m + 3, m + 4,
               m + 5, &end) != 6 ||
        text[end] || m[0] & 1)
        sim_die("--net: \"%s\" is no address of an adapter", text);
    for (unsigned i = 0; i < 6; i++)
        n->mac[i] = (unsigned char)m[i];
}

/* The options' words: what is behind the first comma, cut off; NULL: nothing.
 */
static char *cut(char *text)
{
    char *comma = strchr(text, ',');
    if (comma)
        *comma++ = 0;
    return comma;
}

void network_option(const char *text)
{
    if (network.count == NICS)
        sim_die("--net: a machine has at most %d network adapters", NICS);
    struct nic *n = &network.nic[network.count];
    memcpy(n->mac, first_mac, sizeof(n->mac));
    n->mac[5] += (unsigned char)network.count++;
    if (strlen(text) >= sizeof(n->text))
        sim_die("--net: the file's name is too long");
    strcpy(n->text, text);
    if (!strcmp(text, "hub")) {
        n->at_hub = true;
    } else if (!strcmp(text, "user")) {
        n->at_gateway = true;
    } else if (!strncmp(text, "link:", 5) && text[5]) {
        const char *mac = cut(n->text);
        n->link = n->text + 5;
        if (mac)
            parse_mac(n, mac);
    } else if (!strncmp(text, "pcap:", 5)) {
        n->in_name = n->text + 5;
        n->out_name = cut(n->text);
    } else {
        sim_die("--net: \"%s\" is none of hub, pcap:IN[,OUT], "
                "link:PATH[,MAC], user",
                text);
    }
}

void network_forward(const char *text)
{
    if (network.forwards == FORWARDS)
        sim_die("--forward: at most %d", FORWARDS);
    network.forward[network.forwards++] = text;
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
    if (n->started || !(n->in || n->has_wire))
        return;
    n->started = true;
    n->start = network.clock->now;
    if (n->has_wire)
        hw_clock_set(network.clock, &n->looks, n->start + LOOK_NS);
    else
        arrive_next(n);
}

/* --- wires -----------------------------------------------------------------
 */

static bool network_is_replayed(void)
{
    return sim_options.replay || replay_left(INPUT_NETWORK);
}

static void input_tell(uint64_t value)
{
    if (!network_is_replayed())
        replay_keep(INPUT_NETWORK, value, network.looks);
    core_trace_input(INPUT_NETWORK, value, network.looks);
}

/* What a frame, or the wire's end (size 0), is in the trace: its size, then
 * its bytes. */
static void frame_tell(const struct nic *n)
{
    input_tell(n->frame_size);
    for (unsigned i = 0; i < n->frame_size; i += sizeof(uint64_t)) {
        uint64_t piece = 0;
        unsigned left = n->frame_size - i;
        memcpy(&piece, n->frame + i, left < 8 ? left : 8);
        input_tell(piece);
    }
}

/* The same back from an earlier run; false: nothing came at this look. */
static bool frame_replay(struct nic *n)
{
    uint64_t size, piece;
    if (!replay_take(INPUT_NETWORK, network.looks, &size) ||
        size > HW_NET_FRAME_MAX)
        return false;
    n->frame_size = (unsigned)size;
    for (unsigned i = 0; i < n->frame_size; i += sizeof(uint64_t)) {
        unsigned left = n->frame_size - i;
        if (!replay_take(INPUT_NETWORK, network.looks, &piece))
            return false;
        memcpy(n->frame + i, &piece, left < 8 ? left : 8);
    }
    return true;
}

/* The next frame by the wire; of size 0: it has ended. */
static bool frame_find(struct nic *n)
{
    if (network_is_replayed())
        return frame_replay(n);
    int size = wire_receive(&n->wire, n->frame);
    n->frame_size = size > 0 ? (unsigned)size : 0;
    return size != 0;
}

/* Every look has a number of its own. */
static void on_look(void *data)
{
    struct nic *n = data;
    sim_own_tp();
    network.looks++;
    for (unsigned i = 0; i < LOOK_FRAMES && n->has_wire; i++) {
        if (!hw_virtio_net_listens(&n->net) || !frame_find(n))
            break;
        frame_tell(n);
        n->has_wire = n->frame_size > 0;
        if (n->has_wire)
            hw_virtio_net_input(&n->net, n->frame, n->frame_size);
    }
    if (n->has_wire)
        hw_clock_set(network.clock, &n->looks, network.clock->now + LOOK_NS);
}

static void wire_open(struct nic *n)
{
    n->has_wire = n->link || n->at_gateway;
    hw_event_init(&n->looks, on_look, n);
    if (!n->has_wire || sim_options.replay)
        return;
    sim_options.realtime = true;
    if (n->link)
        wire_link(&n->wire, n->link);
    else
        wire_gateway(&n->wire, network.forward, network.forwards);
}

/* --- frames out ---------------------------------------------------------- */

static void on_frame(void *data, const void *frame, unsigned size)
{
    struct nic *n = data;
    sim_own_tp();
    if (n->out)
        pcap_write(n, frame, size);
    if (n->has_wire && !network_is_replayed())
        wire_send(&n->wire, frame, size);
    for (unsigned i = 0; n->at_hub && i < network.count; i++)
        if (&network.nic[i] != n && network.nic[i].at_hub)
            hw_virtio_net_input(&network.nic[i].net, frame, size);
}

unsigned network_init(struct hw_clock *clock, struct hw_virtio *slots,
                      unsigned room)
{
    bool at_gateway = false;
    network.clock = clock;
    for (unsigned i = 0; i < network.count; i++)
        at_gateway |= network.nic[i].at_gateway;
    if (network.forwards && !at_gateway)
        network_option("user");
    if (network.count > room)
        sim_die("--net: only %u slots are left", room);
    for (unsigned i = 0; i < network.count; i++) {
        struct nic *n = &network.nic[i];
        pcap_open(n);
        pcap_create(n);
        wire_open(n);
        hw_virtio_net_init(&n->net, &slots[i], clock, n->mac, on_frame, n);
        n->net.listens = on_listens;
        hw_event_init(&n->arrives, on_arrival, n);
    }
    return network.count;
}

void network_close(void)
{
    for (unsigned i = 0; i < network.count; i++)
        wire_close(&network.nic[i].wire);
    for (unsigned i = 0; i < network.count; i++)
        if (network.nic[i].out && fclose(network.nic[i].out))
            sim_die("%s: cannot write: %s", network.nic[i].out_name,
                    strerror(errno));
}
