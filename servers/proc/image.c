/*
 * Programs that are files (see image.h).
 */
#include "image.h"
#include "../lib/files/fio.h"
#include "file-client.h"
#include <l4/re/c/dataspace.h>
#include <l4/re/c/mem_alloc.h>
#include <l4/re/c/rm.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>

enum { IMAGE_MAX = 32 << 20 };

/* Its size, or an error. */
static long file_size(const struct fio *f)
{
    struct files_status s;
    size_t size = sizeof s;
    long error = file_stat(f->cap, &s, &size);
    if (error < 0)
        return error;
    if ((s.mode & FILES_KIND) != FILES_KIND_REGULAR || !s.size)
        return -L4_EINVAL;
    return s.size > IMAGE_MAX ? -L4_ENOMEM : (long)s.size;
}

static long read_all(struct fio *f, char *to, size_t size)
{
    for (size_t done = 0; done < size;) {
        long got = fio_read(f, done, to + done, size - done);
        if (got <= 0)
            return got < 0 ? got : -L4_EIO; /* it became shorter */
        done += (size_t)got;
    }
    return 0;
}

/* The file's bytes in memory that the caller frees. */
static long image_read(struct fio *f, l4re_ds_t ds)
{
    void *at = NULL;
    long size = file_size(f);
    if (size < 0)
        return size;
    long error = l4re_ma_alloc((l4_size_t)size, ds, 0);
    if (error >= 0)
        error = l4re_rm_attach(&at, (l4_size_t)size,
                               L4RE_RM_F_SEARCH_ADDR | L4RE_RM_F_RW, ds, 0, 0);
    if (error < 0)
        return error;
    error = read_all(f, at, (size_t)size);
    l4re_rm_detach(at);
    return error;
}

static long image_open(const char *path, l4re_ds_t *ret_image)
{
    struct fio f;
    l4_cap_idx_t fs = l4re_env_get_cap("fs");
    if (l4_is_invalid_cap(fs))
        return -L4_ENOENT;
    long error = fio_open(fs, path, FILES_READ, 0, &f);
    if (error < 0)
        return error;
    l4re_ds_t image = l4re_util_cap_alloc();
    error = l4_is_valid_cap(image) ? image_read(&f, image) : -L4_ENOMEM;
    fio_close(&f);
    if (error >= 0)
        *ret_image = image;
    else if (l4_is_valid_cap(image))
        l4re_util_cap_free_um(image);
    return error;
}

static void work(struct aside_work *w)
{
    struct image_reading *r = (struct image_reading *)w;
    r->error = image_open(r->path, &r->image);
}

long image_read_aside(struct l4re_server *server, struct image_reading *r,
                      void (*done)(struct aside_work *))
{
    r->image = L4_INVALID_CAP;
    r->work.work = work;
    r->work.done = done;
    return aside_do(server, &r->work);
}
