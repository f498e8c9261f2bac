/*
 * The sequence diagram as one SVG picture.
 *
 *      time | [ moe ]        [ client ]      [ server ]     names
 *           |    |               |               |          lifelines
 *      12us |    |               |--- call ----->#          # serves
 *      13us |    |               |<-- ok --------#
 *
 * Columns are as far apart as the texts between them need. The picture is
 * plain: no script, no outside font, whole texts as tooltips.
 */
#include "diagram.h"
#include "palette.h"
#include "util.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
    MARGIN = 20,
    TIME_WIDTH = 76,
    CPU_WIDTH = 38,    /* more, on a machine with several */
    TOP = 74,          /* title and legend */
    NAMES_HEIGHT = 46, /* a row of name boxes */
    ROW = 27,
    LOOP_HEAD = 20,
    LOOP_FOOT = 8,
    NAMES_EVERY = 36, /* rows between two rows of names */
    GAP_MIN = 96,
    GAP_MAX = 340,
    TEXT_MAX = 52, /* characters on an arrow */
};

#define CHAR_WIDTH 6.1 /* of 11 px text, generous */

struct picture {
    const struct view *view;
    const struct diagram *d;
    FILE *out;
    double *x;        /* of each column */
    double *y;        /* of each row */
    uint32_t *row_of; /* message -> row + 1, 0: not shown */
    unsigned *colour; /* of each column */
    double width, height;
    bool several; /* CPUs: each row says on which */
    int time_width;
};

/* --- layout ------------------------------------------------------------- */

static void short_text(const struct picture *p, const struct message *m,
                       char *to)
{
    message_text(m, &p->view->in.names, to);
    if (strlen(to) > TEXT_MAX)
        strcpy(to + TEXT_MAX - 3, "...");
}

static double text_width(const char *text)
{
    return CHAR_WIDTH * (double)strlen(text);
}

/* Widens the gaps between two columns so that `need` fits. */
static void spread(double *gap, unsigned a, unsigned b, double need)
{
    double have = 0;

    for (unsigned i = a; i < b; i++)
        have += gap[i];
    for (unsigned i = a; have < need && i < b; i++)
        gap[i] += (need - have) / (b - a);
}

static void widen_for_row(const struct picture *p, const struct row *r,
                          double *gap)
{
    const size_t columns = p->d->column_count;
    unsigned a = r->from < r->to ? r->from : r->to;
    unsigned b = r->from < r->to ? r->to : r->from;
    char text[MESSAGE_TEXT];
    double need;

    if (r->message->record.event == VTR_END)
        return;
    short_text(p, r->message, text);
    need = text_width(text) + 26;
    if (a == b) /* beside or over the lifeline */
        b = a + 1, need = need / (message_is_note(r->message) ? 2 : 1) + 8;
    if (b < columns + 1)
        spread(gap, a, b, need < GAP_MAX * (b - a) ? need : GAP_MAX * (b - a));
}

static void place_columns(struct picture *p)
{
    const struct diagram *d = p->d;
    double *gap = xcalloc(d->column_count + 1, sizeof(*gap));
    double x = MARGIN + p->time_width;

    for (size_t i = 0; i <= d->column_count; i++) {
        double own = i < d->column_count ? text_width(d->columns[i].title) : 0;
        double next =
            i + 1 < d->column_count ? text_width(d->columns[i + 1].title) : 0;
        gap[i] = (own + next) * 0.6 + 34;
        gap[i] = gap[i] < GAP_MIN ? GAP_MIN : gap[i];
    }
    /* Neighbours first: who spans several columns needs less then. */
    for (size_t span = 1; span <= d->column_count; span++)
        for (size_t i = 0; i < d->row_count; i++) {
            const struct row *r = &d->rows[i];
            size_t across = (size_t)abs((int)r->from - (int)r->to);
            if ((across ? across : 1) == span)
                widen_for_row(p, r, gap);
        }
    if (d->column_count)
        x += text_width(d->columns[0].title) * 0.6 + 24;
    for (size_t i = 0; i < d->column_count; i++) {
        p->x[i] = x;
        x += gap[i];
    }
    p->width = x + MARGIN < 660 ? 660 : x + MARGIN;
    free(gap);
}

static bool names_before(const struct diagram *d, size_t row, unsigned in_loop)
{
    return row && row % NAMES_EVERY == 0 && !in_loop &&
           d->row_count - row > NAMES_EVERY / 3;
}

static void place_rows(struct picture *p)
{
    const struct diagram *d = p->d;
    double y = TOP + NAMES_HEIGHT + 8;
    unsigned in_loop = 0;

    for (size_t i = 0; i < d->row_count; i++) {
        if (names_before(d, i, in_loop))
            y += NAMES_HEIGHT;
        if (d->rows[i].loop_length) {
            in_loop = d->rows[i].loop_length;
            y += LOOP_HEAD;
        }
        y += ROW;
        p->y[i] = y - 6;
        p->row_of[d->rows[i].message - d->messages.all] = (uint32_t)i + 1;
        if (in_loop && !--in_loop)
            y += LOOP_FOOT;
    }
    p->height = y + NAMES_HEIGHT + 40 + (d->left_out ? ROW : 0);
}

/* Threads of one task share a colour; the kernel is grey. */
static void choose_colours(struct picture *p)
{
    const struct diagram *d = p->d;
    unsigned next = 0;

    for (size_t i = 0; i < d->column_count; i++) {
        size_t j = 0;
        while (j < i && (!d->columns[i].task ||
                         d->columns[j].task != d->columns[i].task))
            j++;
        if (!d->columns[i].thread)
            p->colour[i] = PALETTE_KERNEL;
        else
            p->colour[i] = j < i ? p->colour[j] : next++ % PALETTE_KERNEL;
    }
}

/* --- drawing ------------------------------------------------------------ */

static void time_text(uint64_t ns, char *to, size_t size)
{
    if (ns < 10000)
        snprintf(to, size, "%" PRIu64 " ns", ns);
    else if (ns < 10000000)
        snprintf(to, size, "%.1f us", (double)ns / 1e3);
    else
        snprintf(to, size, "%.3f ms", (double)ns / 1e6);
}

static void draw_names(const struct picture *p, double y, bool faint)
{
    const struct diagram *d = p->d;

    for (size_t i = 0; i < d->column_count; i++) {
        double w = text_width(d->columns[i].title) * 1.16 + 20;
        fprintf(p->out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"26\" "
                "rx=\"5\" fill=\"%s\" stroke=\"%s\"%s/>"
                "<text x=\"%.1f\" y=\"%.1f\" class=\"name\">",
                p->x[i] - w / 2, y, w, palette[p->colour[i]].fill,
                palette[p->colour[i]].line, faint ? " opacity=\"0.75\"" : "",
                p->x[i], y + 17.5);
        xml_text(p->out, d->columns[i].title);
        fputs("</text>\n", p->out);
    }
}

static void draw_lifelines(const struct picture *p)
{
    for (size_t i = 0; i < p->d->column_count; i++)
        fprintf(p->out,
                "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\" "
                "class=\"life\"/>\n",
                p->x[i], TOP + 26, p->x[i], p->height - NAMES_HEIGHT);
}

/* A bar on the lifeline of who serves, from the call to its reply. */
static void draw_bars(const struct picture *p)
{
    const struct diagram *d = p->d;

    for (size_t i = 0; i < d->row_count; i++) {
        const struct message *m = d->rows[i].message;
        bool call = m->kind == MESSAGE_CALL || m->kind == MESSAGE_FAULT ||
                    m->kind == MESSAGE_INVOKE;
        uint32_t reply = call && m->pair ? p->row_of[m->pair - 1] : 0;
        unsigned column = d->rows[i].to;
        if (!reply)
            continue;
        fprintf(p->out,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"8\" height=\"%.1f\" "
                "fill=\"%s\" stroke=\"%s\"/>\n",
                p->x[column] - 4, p->y[i] - 2, p->y[reply - 1] - p->y[i] + 4,
                palette[p->colour[column]].fill,
                palette[p->colour[column]].line);
    }
}

static const char *class_of(const struct message *m)
{
    switch (m->kind) {
    case MESSAGE_REPLY:
    case MESSAGE_RESULT:
        return "reply";
    case MESSAGE_IRQ:
        return "irq";
    case MESSAGE_FAULT:
        return "fault";
    case MESSAGE_SEND:
        return "send";
    case MESSAGE_INVOKE:
        return "kernel";
    default:
        return "call";
    }
}

/* An answer that is an error is worth seeing. */
static bool failed(const struct message *m)
{
    return message_is_answer(m) &&
           (int64_t)m->record.arg[m->kind == MESSAGE_REPLY ? 3 : 1] < 0;
}

static void draw_arrow(const struct picture *p, const struct row *r, double y)
{
    const struct message *m = r->message;
    const char *class = class_of(m);
    double a = p->x[r->from], b = p->x[r->to];
    double dir = b > a ? 1 : -1;
    char text[MESSAGE_TEXT], full[MESSAGE_TEXT];

    short_text(p, m, text);
    message_text(m, &p->view->in.names, full);
    fprintf(p->out, "<g><title>");
    xml_text(p->out, full);
    fprintf(p->out, " (at %" PRIu64 " ns)</title>", m->time);
    if (a == b) {
        fprintf(p->out,
                "<path d=\"M%.1f %.1fh22v7h-18\" class=\"%s\" "
                "marker-end=\"url(#%s)\"/>"
                "<text x=\"%.1f\" y=\"%.1f\" class=\"what left\">",
                a, y - 6, class, class, a + 28, y);
    } else {
        fprintf(p->out,
                "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" "
                "class=\"%s\" marker-end=\"url(#%s)\"/>"
                "<text x=\"%.1f\" y=\"%.1f\" class=\"what%s\">",
                a + 4 * dir, y, b - 5 * dir, y, class, class, (a + b) / 2,
                y - 4.5, failed(m) ? " bad" : "");
    }
    xml_text(p->out, text);
    fputs("</text></g>\n", p->out);
}

static void draw_note(const struct picture *p, const struct row *r, double y)
{
    const struct message *m = r->message;
    bool end = m->record.event == VTR_END;
    bool bad = m->kind == MESSAGE_REPORT ||
               (m->kind == MESSAGE_ERROR && !message_is_sleep(m));
    char text[MESSAGE_TEXT];

    short_text(p, m, text);
    double w =
        end ? p->width - 2 * MARGIN - p->time_width : text_width(text) + 16;
    double x = end ? MARGIN + p->time_width : p->x[r->from] - w / 2;
    if (x < MARGIN + p->time_width)
        x = MARGIN + p->time_width;
    fprintf(p->out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"20\" "
            "rx=\"3\" class=\"%s\"/><text x=\"%.1f\" y=\"%.1f\" "
            "class=\"what%s\">",
            x, y - 15, w, bad ? "badnote" : "note", x + w / 2, y - 1,
            bad ? " bad" : "");
    xml_text(p->out, text);
    fputs("</text>\n", p->out);
}

/* The frame of a loop whose first row is `row`. */
static void draw_loop(const struct picture *p, size_t row)
{
    const struct diagram *d = p->d;
    const struct row *first = &d->rows[row];
    size_t last = row + first->loop_length - 1;
    double left = 1e9, right = 0;
    char until[32];

    for (size_t i = row; i <= last && i < d->row_count; i++) {
        double a = p->x[d->rows[i].from], b = p->x[d->rows[i].to];
        left = a < left ? a : left;
        left = b < left ? b : left;
        right = a > right ? a : right;
        right = b > right ? b : right;
    }
    time_text(first->loop_end, until, sizeof(until));
    fprintf(p->out,
            "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
            "rx=\"4\" class=\"loop\"/><text x=\"%.1f\" y=\"%.1f\" "
            "class=\"times\">%u times, until %s</text>\n",
            left - 14, p->y[row] - ROW - 10, right - left + 28,
            p->y[last] - p->y[row] + ROW + 20, left - 8, p->y[row] - ROW + 3,
            first->loop_times, until);
}

static void draw_rows(const struct picture *p)
{
    const struct diagram *d = p->d;
    unsigned in_loop = 0;
    char when[32];

    for (size_t i = 0; i < d->row_count; i++) {
        const struct row *r = &d->rows[i];
        if (names_before(d, i, in_loop))
            draw_names(p,
                       p->y[i] - ROW - NAMES_HEIGHT + 14 -
                           (r->loop_length ? LOOP_HEAD : 0),
                       true);
        if (r->loop_length)
            in_loop = r->loop_length;
        in_loop -= in_loop > 0;
        time_text(r->message->time, when, sizeof(when));
        if (r->hidden)
            fprintf(p->out,
                    "<text x=\"%d\" y=\"%.1f\" class=\"gap\">&#8942; "
                    "<title>%zu messages left out</title></text>",
                    MARGIN + p->time_width + 2,
                    p->y[i] - ROW / 2 - (r->loop_length ? LOOP_HEAD : 0) + 4,
                    r->hidden);
        fprintf(p->out, "<text x=\"%d\" y=\"%.1f\" class=\"time\">%s</text>",
                MARGIN + p->time_width - 12, p->y[i], when);
        if (p->several)
            fprintf(p->out,
                    "<text x=\"%d\" y=\"%.1f\" class=\"cpu\">CPU %u</text>",
                    MARGIN, p->y[i], r->message->record.cpu);
        if (message_is_note(r->message))
            draw_note(p, r, p->y[i]);
        else
            draw_arrow(p, r, p->y[i]);
    }
}

/* --- around it ---------------------------------------------------------- */

static const struct {
    const char *class, *colour, *text;
} kinds[] = {
    {"call", "#1f4e8c", "call"},   {"reply", "#66758a", "reply"},
    {"send", "#127a6b", "send"},   {"irq", "#b35900", "interrupt"},
    {"fault", "#b3261e", "fault"}, {"kernel", "#7a559e", "kernel object"},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static void draw_styles(const struct picture *p)
{
    FILE *f = p->out;
    fputs("<style>text{font-family:'DejaVu Sans',Verdana,Helvetica,Arial,"
          "sans-serif;font-size:10px;fill:#1c2733}"
          ".name{font-size:12px;font-weight:600;text-anchor:middle}"
          ".title{font-size:17px;font-weight:600}"
          ".sub{font-size:11px;fill:#5a6672}"
          ".what{text-anchor:middle;paint-order:stroke;stroke:#fff;"
          "stroke-width:3px;stroke-linejoin:round}.left{text-anchor:start}"
          ".bad{fill:#b3261e;font-weight:600}"
          ".time{text-anchor:end;fill:#7a8794;font-size:9.5px}"
          ".gap{fill:#7a8794;font-size:14px}"
          ".life{stroke:#b9c3cd;stroke-dasharray:3 4}"
          ".loop{fill:none;stroke:#9aa7b5;stroke-dasharray:5 3}"
          ".times{font-size:9.5px;fill:#5a6672;font-style:italic}"
          ".note{fill:#fff8db;stroke:#d9c77a}"
          ".badnote{fill:#fdeceb;stroke:#d98b86}",
          f);
    for (unsigned i = 0; i < KINDS; i++)
        fprintf(f, ".%s{stroke:%s;fill:none;stroke-width:1.4%s}",
                kinds[i].class, kinds[i].colour,
                strcmp(kinds[i].class, "reply") ? "" : ";stroke-dasharray:5 3");
    if (p->several)
        fputs(".cpu{fill:#1f4e8c;font-size:9.5px}", f);
    fputs("</style>\n<defs>", f);
    for (unsigned i = 0; i < KINDS; i++)
        fprintf(f,
                "<marker id=\"%s\" viewBox=\"0 0 10 10\" refX=\"9\" "
                "refY=\"5\" markerWidth=\"8\" markerHeight=\"8\" "
                "markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
                "<path d=\"M0 0.8L10 5L0 9.2z\" fill=\"%s\"/></marker>",
                kinds[i].class, kinds[i].colour);
    fputs("</defs>\n", f);
}

static void draw_title(const struct picture *p)
{
    const struct diagram *d = p->d;
    double x = MARGIN;
    char from[32], to[32];

    time_text(p->view->in.first_time, from, sizeof(from));
    time_text(p->view->in.last_time, to, sizeof(to));
    fprintf(p->out, "<text x=\"%d\" y=\"28\" class=\"title\">", MARGIN);
    xml_text(p->out, p->view->in.system);
    fprintf(p->out,
            ": who called whom</text>\n<text x=\"%d\" y=\"46\" "
            "class=\"sub\">%zu messages, virtual time %s to %s",
            MARGIN, d->messages.count, from, to);
    if (d->hidden)
        fprintf(p->out, "; %zu of the servers' own are left out (&#8942;)",
                d->hidden);
    fputs("</text>\n", p->out);
    for (unsigned i = 0; i < KINDS; i++) {
        if (i == KINDS - 1 && !p->view->kernel)
            break;
        fprintf(p->out,
                "<line x1=\"%.1f\" y1=\"59\" x2=\"%.1f\" y2=\"59\" "
                "class=\"%s\" marker-end=\"url(#%s)\"/><text x=\"%.1f\" "
                "y=\"62.5\" class=\"sub\">%s</text>\n",
                x, x + 28, kinds[i].class, kinds[i].class, x + 34,
                kinds[i].text);
        x += 34 + 6.6 * (double)strlen(kinds[i].text) + 20;
    }
}

static void draw_left_out(const struct picture *p)
{
    if (!p->d->left_out)
        return;
    fprintf(p->out,
            "<text x=\"%d\" y=\"%.1f\" class=\"sub\">%zu more messages are "
            "not drawn: --max 0 draws all, --only, --from and --until "
            "choose.</text>\n",
            MARGIN + p->time_width, p->height - NAMES_HEIGHT - 12,
            p->d->left_out);
}

static void draw(const struct picture *p)
{
    fprintf(p->out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" "
            "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            p->width, p->height, p->width, p->height);
    draw_styles(p);
    draw_title(p);
    draw_lifelines(p);
    draw_names(p, TOP, false);
    for (size_t i = 0; i < p->d->row_count; i++)
        if (p->d->rows[i].loop_length)
            draw_loop(p, i);
    draw_bars(p);
    draw_rows(p);
    draw_left_out(p);
    draw_names(p, p->height - NAMES_HEIGHT, false);
    fputs("</svg>\n", p->out);
}

static bool on_several_cpus(const struct messages *m)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->all[i].record.cpu)
            return true;
    return false;
}

void export_svg(struct view *v)
{
    struct diagram d;
    struct picture p = {.view = v, .d = &d, .out = v->out};

    diagram_make(&d, v);
    p.several = on_several_cpus(&d.messages);
    p.time_width = TIME_WIDTH + (p.several ? CPU_WIDTH : 0);
    p.x = xcalloc(d.column_count, sizeof(*p.x));
    p.colour = xcalloc(d.column_count, sizeof(*p.colour));
    p.y = xcalloc(d.row_count, sizeof(*p.y));
    p.row_of = xcalloc(d.messages.count, sizeof(*p.row_of));
    choose_colours(&p);
    place_columns(&p);
    place_rows(&p);
    draw(&p);
    free(p.x);
    free(p.colour);
    free(p.y);
    free(p.row_of);
    diagram_free(&d);
}
