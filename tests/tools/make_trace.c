/* make-trace KIND FILE: a synthetic trace for the golden files and scripts.
 * KIND: story, lie (its snapshot differs), zstd, empty, crowd=N, many=N,
 * churn=N, or one
 * of planted.h. */
#include "planted.h"
#include "writer.h"

#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    struct writer w;

    if (argc != 3)
        return 103;
    bool churn = !strncmp(argv[1], "churn=", 6);
    writer_open(&w, argv[2], "story", churn || !strcmp(argv[1], "zstd"));
    if (!strncmp(argv[1], "crowd=", 6))
        write_crowd(&w, (unsigned)atoi(argv[1] + 6));
    else if (churn)
        write_churn(&w, strtoul(argv[1] + 6, NULL, 10));
    else if (!strncmp(argv[1], "many=", 5))
        write_many(&w, strtoul(argv[1] + 5, NULL, 10));
    else if (strcmp(argv[1], "empty") && !write_planted(&w, argv[1]))
        write_story(&w, !strcmp(argv[1], "lie"));
    writer_close(&w);
    return 0;
}
