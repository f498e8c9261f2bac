/* The picture of draw.h. */
#include "draw.h"

#include <errno.h>
#include <gvc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Beyond these a layered layout takes minutes. */
enum { NODES_LAYERED = 1500, DENSE_NODES = 150 };

static const char *engine(struct drawing_size size)
{
    if (size.nodes > NODES_LAYERED ||
        (size.nodes > DENSE_NODES && size.edges > 2 * size.nodes))
        return "sfdp";
    return "dot";
}

/* In the child: lays out, renders, writes. */
static int render(int to, const char *dot, const char *format,
                  const char *layout)
{
    GVC_t *context = gvContext();
    Agraph_t *graph = agmemread(dot);
    FILE *f = fdopen(to, "wb");
    char *bytes = NULL;
    unsigned length = 0;

    if (!graph || !f)
        return 1;
    if (layout[0] == 's') {
        agattr(graph, AGRAPH, "overlap", "prism");
        agattr(graph, AGRAPH, "splines", "line");
    }
    if (gvLayout(context, graph, layout) ||
        gvRenderData(context, graph, format, &bytes, &length))
        return 1;
    return fwrite(bytes, 1, length, f) != length || fclose(f);
}

/* What comes through the pipe, to f; false: it could not be written. */
static bool copy(int from, FILE *f)
{
    char block[65536];
    bool good = true;
    ssize_t n;

    while ((n = read(from, block, sizeof(block))) > 0 ||
           (n < 0 && errno == EINTR))
        if (n > 0)
            good &= fwrite(block, 1, (size_t)n, f) == (size_t)n;
    return good;
}

static int draw_with(FILE *f, const char *dot, const char *format,
                     const char *layout)
{
    int ends[2], status = 1;

    fflush(f);
    if (pipe(ends))
        return -1;
    pid_t child = fork();
    if (child < 0)
        return -1;
    if (!child) {
        close(ends[0]);
        signal(SIGALRM, SIG_DFL);
        alarm(DRAW_SECONDS);
        _exit(render(ends[1], dot, format, layout));
    }
    close(ends[1]);
    bool good = copy(ends[0], f);
    close(ends[0]);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return good && WIFEXITED(status) && !WEXITSTATUS(status) ? 0 : -1;
}

int draw(FILE *f, const char *dot, const char *format, struct drawing_size size)
{
    const char *layout = engine(size);

    if (!draw_with(f, dot, format, layout))
        return 0;
    return layout[0] == 's' ? -1 : draw_with(f, dot, format, "sfdp");
}
