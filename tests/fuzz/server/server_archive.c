/* The archive's server, over a small archive. */
#include "file-client.h"
#include "fs-client.h"
#include "kernel.h"
#include <stdio.h>
#include <string.h>

enum {
    BLOCK = 512,
    NAME = 0,
    MODE = 100,
    SIZE = 124,
    SUM = 148,
    KIND = 156,
    TARGET = 157,
    MAGIC = 257
};

static char archive[16 * BLOCK];
static unsigned used;

static void add(const char *name, char kind, const char *content)
{
    unsigned char *head = (unsigned char *)archive + used;
    unsigned sum = 8 * ' ', size = kind == '0' ? (unsigned)strlen(content) : 0;
    strcpy((char *)head + NAME, name);
    strcpy((char *)head + MODE, "0000755");
    sprintf((char *)head + SIZE, "%011o", size);
    head[KIND] = (unsigned char)kind;
    if (kind == '2')
        strcpy((char *)head + TARGET, content);
    memcpy(head + MAGIC, "ustar\00000", 8);
    for (unsigned i = 0; i < BLOCK; i++)
        sum += head[i];
    sprintf((char *)head + SUM, "%06o", sum);
    head[SUM + 7] = ' ';
    memcpy(head + BLOCK, content, size);
    used += size ? 2 * BLOCK : BLOCK;
}

static void prepare(void)
{
    add("a", '0', "hello\n");
    add("d/", '5', "");
    add("d/a", '0', "below\n");
    add("l", '2', "d/a");
}

const struct host_server host_server = {
    .argv = {"archive", "a.tar"},
    .gates = {"fs_server"},
    .others = {"rom"},
    .protocols = {FS_PROTOCOL, FILE_PROTOCOL},
    .module = archive,
    .module_size = sizeof archive,
    .prepare = prepare,
};
