/*
 * A client of the file tree: writes a text to a file, or reads it, and lists
 * what is there.
 *
 *      rom/files_client NAME [TEXT]      capability: fs
 */
#include "fio.h"
#include "fs-client.h"
#include <l4/re/env.h>
#include <stdio.h>
#include <string.h>

static long show_entry(void *data, const char *name, unsigned kind,
                       l4_uint64_t inode)
{
    (void)data, (void)inode;
    printf("  %s%s\n", name, kind == FILES_KIND_DIRECTORY ? "/" : "");
    return 0;
}

static long list(l4_cap_idx_t fs)
{
    struct fio dir;
    long error = fio_open(fs, "/", FILES_READ | FILES_DIRECTORY, 0, &dir);
    if (error < 0)
        return error;
    printf("in the root:\n");
    error = fio_entries(&dir, show_entry, NULL);
    fio_close(&dir);
    return error;
}

static long write_text(l4_cap_idx_t fs, const char *name, const char *text)
{
    struct fio f;
    long error = fio_open(fs, name, FILES_WRITE | FILES_CREATE, 0644, &f);
    if (error < 0)
        return error;
    error = fio_write(&f, FILES_HERE, text, strlen(text));
    fio_close(&f);
    return error < 0 ? error : fs_sync(fs); /* now it is on the disk */
}

static long show_text(l4_cap_idx_t fs, const char *name)
{
    struct fio f;
    char text[100];
    long got = fio_open(fs, name, FILES_READ, 0, &f);
    if (got < 0)
        return got;
    got = fio_read(&f, FILES_HERE, text, sizeof text);
    if (got >= 0)
        printf("%s: \"%.*s\"\n", name, (int)got, text);
    fio_close(&f);
    return got;
}

int main(int argc, char **argv)
{
    l4_cap_idx_t fs = l4re_env_get_cap("fs");
    const char *name = argc > 1 ? argv[1] : "motd";
    long error = argc > 2 ? write_text(fs, name, argv[2]) : 0;
    if (error >= 0)
        error = show_text(fs, name);
    if (error >= 0)
        error = list(fs);
    if (error < 0)
        printf("%s: %s\n", name, l4sys_errtostr(error));
    return error < 0;
}
