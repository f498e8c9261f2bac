/* The picture of draw.h. */
#include "draw.h"

#include <gvc.h>
#include <stdlib.h>

/* Beyond these a layered layout takes minutes. */
enum { NODES_LAYERED = 1500, DENSE_NODES = 150 };

static const char *engine(struct drawing_size size)
{
    if (size.nodes > NODES_LAYERED ||
        (size.nodes > DENSE_NODES && size.edges > 2 * size.nodes))
        return "sfdp";
    return "dot";
}

int draw(FILE *f, const char *dot, const char *format, struct drawing_size size)
{
    GVC_t *context = gvContext();
    Agraph_t *graph = agmemread(dot);
    const char *layout = engine(size);
    char *bytes = NULL;
    unsigned length = 0;
    int bad = -1;

    if (!graph)
        return -1;
    if (layout[0] == 's') {
        agattr(graph, AGRAPH, "overlap", "prism");
        agattr(graph, AGRAPH, "splines", "line");
    }
    if (!gvLayout(context, graph, layout)) {
        bad = gvRenderData(context, graph, format, &bytes, &length);
        if (!bad)
            bad = fwrite(bytes, 1, length, f) == length ? 0 : -1;
        gvFreeRenderData(bytes);
        gvFreeLayout(context, graph);
    }
    agclose(graph);
    gvFreeContext(context);
    return bad;
}
