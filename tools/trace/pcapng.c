/*
 * The messages of a trace as packets for Wireshark and tshark, which
 * tools/trace/vitrine.lua teaches to read them.
 *
 *      section header | interface (link type USER0, ns) | packet | packet ...
 *
 *      packet: the record, 64 bytes | kind 1 | request or reply's packet
 *              number 4 (0: none) | four texts, each with its zero: event,
 *              from, to, what it says
 *
 * Only the past is known when a packet is written, so a reply names its
 * request; the dissector turns that round.
 */
#include "events.h"
#include "messages.h"
#include "pack.h"

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    ORDER_MAGIC = 0x1a2b3c4d,
    LINK_USER0 = 147,
    OPTION_TSRESOL = 9,
    NANOSECONDS = 9,
    SEND_AT = 1 << 16,
};

struct pcapng {
    struct view *view;
    struct pack pack;
    struct map open; /* caller -> number of its request's packet */
    uint32_t packets;
};

/* Opens a block; its length is filled in at the end, and once more there. */
static size_t open_block(struct pack *p, uint32_t type)
{
    pack_number(p, type, 4);
    pack_number(p, 0, 4);
    return p->size - 8;
}

static void close_block(struct pack *p, size_t start)
{
    pack_align(p, 4);
    uint32_t length = (uint32_t)(p->size - start + 4);
    memcpy(p->bytes + start + 4, &length, 4);
    pack_number(p, length, 4);
}

static void put_head(struct pack *p)
{
    size_t section = open_block(p, BLOCK_SECTION);

    pack_number(p, ORDER_MAGIC, 4);
    pack_number(p, 1, 2);
    pack_number(p, 0, 2);
    pack_number(p, ~0ull, 8);
    close_block(p, section);

    size_t interface = open_block(p, BLOCK_INTERFACE);
    pack_number(p, LINK_USER0, 2);
    pack_number(p, 0, 2);
    pack_number(p, 0, 4); /* no limit on a packet's size */
    pack_number(p, OPTION_TSRESOL, 2);
    pack_number(p, 1, 2);
    pack_number(p, NANOSECONDS, 4);
    pack_number(p, 0, 4); /* end of options */
    close_block(p, interface);
}

/* The packet this one answers, 0: none; remembers requests. */
static uint32_t request_of(struct pcapng *c, const struct message *m)
{
    switch (m->kind) {
    case MESSAGE_CALL:
    case MESSAGE_FAULT:
    case MESSAGE_INVOKE:
        map_put(&c->open, m->from, (void *)(uintptr_t)c->packets);
        return 0;
    case MESSAGE_REPLY:
    case MESSAGE_RESULT:
        return (uint32_t)(uintptr_t)map_remove(&c->open, m->to);
    case MESSAGE_ERROR:
        return (uint32_t)(uintptr_t)map_remove(&c->open, m->from);
    default:
        return 0;
    }
}

static void put_packet(struct pcapng *c, const struct message *m)
{
    const struct names *n = &c->view->in.names;
    const struct event_info *e = event_info(m->record.event);
    char text[MESSAGE_TEXT], title[TITLE_SIZE];
    struct pack *p = &c->pack;
    size_t block = open_block(p, BLOCK_PACKET);

    c->packets++;
    pack_number(p, 0, 4);
    pack_number(p, m->time >> 32, 4);
    pack_number(p, m->time & 0xffffffff, 4);
    pack_number(p, 0, 8); /* both lengths, below */
    size_t data = p->size;
    pack_bytes(p, &m->record, sizeof(m->record));
    pack_number(p, m->kind, 1);
    pack_number(p, request_of(c, m), 4);
    pack_text(p, e ? e->name : "?");
    pack_text(p, names_title(n, m->from, title));
    pack_text(p, names_title(n, m->to, title));
    pack_text(p, message_text(m, n, text));
    uint32_t size = (uint32_t)(p->size - data);
    memcpy(p->bytes + data - 8, &size, 4);
    memcpy(p->bytes + data - 4, &size, 4);
    close_block(p, block);
    pack_send(p, SEND_AT, c->view->out);
}

void export_pcapng(struct view *v)
{
    struct pcapng c = {.view = v};
    struct vtr_record r;
    struct message m;

    put_head(&c.pack);
    while (view_next(v, &r))
        if (message_from_record(v, &r, &m) && message_wanted(v, &m))
            put_packet(&c, &m);
    pack_send(&c.pack, 0, v->out);
    pack_free(&c.pack);
    map_free(&c.open, 0);
}
