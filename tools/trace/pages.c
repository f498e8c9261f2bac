/* The tables of pages.h. */
#include "pages.h"
#include "events.h"
#include "messages.h"

#include <string.h>

static const char *kind_name(enum message_kind kind)
{
    static const char *const names[] = {
        [MESSAGE_CALL] = "call",
        [MESSAGE_SEND] = "send",
        [MESSAGE_REPLY] = "reply",
        [MESSAGE_IRQ] = "interrupt",
        [MESSAGE_FAULT] = "fault (page fault or exception)",
        [MESSAGE_INVOKE] = "invocation of a kernel object (`--kernel`)",
        [MESSAGE_RESULT] = "its result (`--kernel`)",
        [MESSAGE_ERROR] = "error",
        [MESSAGE_REPORT] = "fault that nobody handled",
        [MESSAGE_NOTE] = "note",
    };

    return names[kind];
}

static void message_row(FILE *f, unsigned number, uint8_t flags,
                        const char *how)
{
    struct vtr_record r = {.event = (uint16_t)number, .flags = flags};
    struct message m;

    if (message_from_record(NULL, &r, &m))
        fprintf(f, "| %s%s | %u | %s |\n", event_info(number)->name, how,
                (unsigned)m.kind, kind_name(m.kind));
}

/* Of all formats that draw messages: which records are one. */
static void messages_page(FILE *f)
{
    fputs("| event | kind | drawn as |\n|---|---|---|\n", f);
    for (unsigned i = 0; i < EVENT_NUMBERS; i++) {
        if (!event_info(i))
            continue;
        message_row(f, i, 0, "");
        if (i != VTR_IPC)
            continue;
        message_row(f, i, VTR_F_CALL, ", flag call");
        message_row(f, i, VTR_F_REPLY, ", flag reply");
        message_row(f, i, VTR_F_IRQ, ", flag irq");
        message_row(f, i, VTR_F_FAULT, ", flag fault");
    }
}

bool page_print(const char *format, FILE *f)
{
    static const struct {
        const char *format;
        void (*print)(FILE *f);
    } pages[] = {
        {"ctf", ctf_page},          {"csv", table_page},
        {"json", table_page},       {"sqlite", sqlite_page},
        {"pcapng", messages_page},  {"svg", messages_page},
        {"mermaid", messages_page}, {"plantuml", messages_page},
        {"mscgen", messages_page},
    };

    if (!format)
        events_page(f);
    for (size_t i = 0; format && i < sizeof(pages) / sizeof(pages[0]); i++)
        if (!strcmp(pages[i].format, format)) {
            pages[i].print(f);
            return true;
        }
    return !format;
}
