/* The words of stop.h. */
#include "stop.h"
#include "events.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define BIT(event) (1ull << VTR_##event)
enum { LINE_TEXT = 300, SENDER = -1, NOBODY = -2 };

/* Where a record has who does it and to whom: an argument, or the record's
 * thread. */
struct stop_place {
    uint16_t event;
    int8_t who, whom;
};

static const struct stop_verb {
    const char *text;
    uint64_t events;
    uint8_t flags; /* of the IPC record, 0: any */
    struct stop_place places[3];
} verbs[] = {
    {"unmaps",
     BIT(CAP_UNMAP) | BIT(MEM_UNMAP),
     0,
     {{VTR_CAP_UNMAP, 4, 0}, {VTR_MEM_UNMAP, 3, 0}}},
    {"maps",
     BIT(CAP_MAP) | BIT(MEM_MAP),
     0,
     {{VTR_CAP_MAP, 0, 2}, {VTR_MEM_MAP, 0, 2}}},
    {"calls", BIT(IPC), VTR_F_CALL, {{VTR_IPC, SENDER, 0}}},
    {"answers", BIT(IPC), VTR_F_REPLY, {{VTR_IPC, SENDER, 0}}},
    {"sends", BIT(IPC), 0, {{VTR_IPC, SENDER, 0}}},
    {"faults",
     BIT(PAGE_FAULT) | BIT(EXCEPTION) | BIT(FAULT_REPORT),
     0,
     {{VTR_PAGE_FAULT, SENDER, NOBODY},
      {VTR_EXCEPTION, SENDER, NOBODY},
      {VTR_FAULT_REPORT, 0, NOBODY}}},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

/* `text` up to `end`, without the spaces around it, and without `lead`. */
static void copy_part(char *to, const char *text, const char *end,
                      const char *lead)
{
    while (text < end && isspace((unsigned char)*text))
        text++;
    size_t skip = strlen(lead);
    if (!strncasecmp(text, lead, skip) && text + skip <= end)
        text += skip;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    size_t size = (size_t)(end - text);
    if (size >= STOP_TEXT)
        size = STOP_TEXT - 1;
    memcpy(to, text, size);
    to[size] = 0;
}

/* The verb as a word of its own; where it begins, NULL: it is not there. */
static const char *find_verb(const char *text, const char *verb)
{
    size_t size = strlen(verb);

    for (const char *at = text; (at = strcasestr(at, verb)); at++)
        if ((at == text || at[-1] == ' ') && (!at[size] || at[size] == ' '))
            return at;
    return NULL;
}

void stop_parse(struct stop *s, const char *text)
{
    static const char *const leads[] = {"stop ", "when "};
    char first[32];

    *s = (struct stop){.events = ~0ull};
    for (size_t i = 0; i < 2; i++)
        if (!strncasecmp(text, leads[i], strlen(leads[i])))
            text += strlen(leads[i]);
    for (size_t i = 0; i < VERBS && !s->verb; i++) {
        const char *at = find_verb(text, verbs[i].text);
        if (!at)
            continue;
        const char *after = at + strlen(verbs[i].text);
        s->verb = &verbs[i];
        s->events = verbs[i].events;
        copy_part(s->who, text, at, "");
        copy_part(s->whom, after, text + strlen(text), "to ");
    }
    if (s->verb)
        return;
    copy_part(s->words, text, text + strlen(text), "");
    snprintf(first, sizeof(first), "%.*s", (int)strcspn(s->words, " "),
             s->words);
    if (event_number(first))
        s->events = 1ull << (event_number(first) & 63);
}

bool stop_is_set(const struct stop *s)
{
    return s->verb || s->words[0];
}

static bool is_called(const struct names *n, uint64_t id, const char *name)
{
    char title[TITLE_SIZE];
    uint32_t task = names_task_of(n, id);

    return !name[0] || !strcasecmp(name, "anybody") ||
           !strcasecmp(names_title(n, id, title), name) ||
           names_task_matches(n, id, name) ||
           (task && names_task_matches(n, task, name));
}

static bool verb_matches(const struct stop *s, const struct names *n,
                         const struct vtr_record *r)
{
    for (size_t i = 0; i < 3 && s->verb->places[i].event; i++) {
        struct stop_place p = s->verb->places[i];
        if (p.event != r->event)
            continue;
        uint64_t who = p.who == SENDER ? r->thread : r->arg[p.who];
        bool whom =
            p.whom == NOBODY || is_called(n, r->arg[(uint8_t)p.whom], s->whom);
        bool how =
            r->event != VTR_IPC || !s->verb->flags || r->flags & s->verb->flags;
        return whom && how && is_called(n, who, s->who);
    }
    return false;
}

static bool has_all(const char *line, const char *words)
{
    char word[STOP_TEXT];

    while (*(words += strspn(words, " "))) {
        size_t length = strcspn(words, " ");
        snprintf(word, sizeof(word), "%.*s", (int)length, words);
        if (!strcasestr(line, word))
            return false;
        words += length;
    }
    return true;
}

bool stop_matches(const struct stop *s, const struct view *v,
                  const struct vtr_record *r)
{
    char line[LINE_TEXT] = "";

    if (!stop_is_set(s) || !(s->events >> (r->event & 63) & 1))
        return false;
    if (s->verb)
        return verb_matches(s, &v->in.names, r);
    FILE *f = fmemopen(line, sizeof(line) - 1, "w");
    text_record(v, r, f);
    fclose(f);
    return has_all(line, s->words);
}
