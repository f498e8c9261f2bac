/*
 * The ext2 driver on the host, over a disk in memory whose power is cut.
 *
 *      power_cut run IMAGE CUT OUT FACTS
 *          plays the scenario on a copy of IMAGE; nothing is written any more
 *          once CUT sectors were. OUT: the disk then. FACTS: what must be true
 *          of it, a line each. Prints how many sectors each request wrote.
 *      power_cut check OUT FACTS
 *          opens OUT, which e2fsck has been at, and looks.
 *      power_cut repair IMAGE CUT OUT FACTS
 *          opens IMAGE to write, which nobody has been at, until CUT sectors
 *          were written; looks, changes something, and syncs. Exits with 3 and
 *          says why, if it could only be read, or not at all.
 *
 * A fact is "PATH OTHER SEED SIZE SEED SIZE": at one of the paths is a file
 * with the first content or the second (0: there is no second). What was synced
 * is a fact until something begins to change it. A rename of one such file over
 * another leaves two facts: the name has one content or the other, and the
 * moved content has one name or the other.
 */
#include "disk.h"
#include "disk_io.h"
#include "ext2.h"
#include "path.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { SECTOR = 512, FACTS = 64, CONTENT = 70000 };

/* ---- The disk ---- */

static struct {
    char *data;
    size_t size;
    unsigned long written, cut; /* sectors */
    bool is_told;               /* print each request */
} image;

long disk_open(struct disk *d, l4_cap_idx_t gate, size_t size)
{
    (void)gate;
    *d = (struct disk){.sectors = image.size / SECTOR,
                       .sector_size = SECTOR,
                       .buffer = calloc(1, size),
                       .size = size};
    return 0;
}

static void store(const char *path);
static void write_facts(const char *path);
static const char *out_path, *facts_path;

/* Power is gone, and with it all that was in memory. */
static _Noreturn void power_ends(void)
{
    store(out_path);
    write_facts(facts_path);
    exit(0);
}

/* A write is torn between two sectors, in the order they lie. */
long disk_do(struct disk *d, enum disk_operation operation, l4_umword_t sector,
             l4_umword_t count, l4_umword_t offset)
{
    if (operation == DISK_FLUSH)
        return 0;
    if (sector > d->sectors || count > d->sectors - sector)
        return -L4_ERANGE;
    if (operation == DISK_READ)
        memcpy(d->buffer + offset, image.data + sector * SECTOR,
               count * SECTOR);
    for (l4_umword_t i = 0; operation == DISK_WRITE && i < count; i++) {
        if (image.written++ == image.cut)
            power_ends();
        memcpy(image.data + (sector + i) * SECTOR,
               d->buffer + offset + i * SECTOR, SECTOR);
    }
    if (operation == DISK_WRITE && image.is_told)
        printf("%lu\n", (unsigned long)count);
    return 0;
}

static void load(const char *path)
{
    int file = open(path, O_RDONLY);
    off_t size = lseek(file, 0, SEEK_END);
    image.size = (size_t)size;
    image.data =
        mmap(NULL, image.size, PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
    if (file < 0 || size <= 0 || image.data == MAP_FAILED)
        exit(2);
    close(file);
}

/* Zeros are left out of the file. */
static void store(const char *path)
{
    enum { PAGE = 4096 };
    static const char zeros[PAGE];
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (file < 0 || ftruncate(file, (off_t)image.size))
        exit(2);
    for (size_t at = 0; at < image.size; at += PAGE)
        if (memcmp(image.data + at, zeros, PAGE) &&
            pwrite(file, image.data + at, PAGE, (off_t)at) != PAGE)
            exit(2);
    close(file);
}

/* ---- What must be true ---- */

struct content {
    unsigned seed;
    size_t size;
};

struct fact {
    char path[160], other[160]; /* "": none */
    struct content is, second;  /* seed 0: there is none */
};

static struct fact model[FACTS], durable[FACTS];

static struct fact *fact_of(struct fact *facts, const char *path)
{
    for (unsigned i = 0; i < FACTS; i++)
        if (!strcmp(facts[i].path, path))
            return &facts[i];
    return NULL;
}

static void forget(struct fact *facts, const char *path)
{
    struct fact *f = fact_of(facts, path);
    if (f)
        *f = (struct fact){0};
}

static void learn(struct fact *facts, const char *path, struct content is)
{
    struct fact *f = fact_of(facts, path);
    if (!f)
        f = fact_of(facts, "");
    *f = (struct fact){.is = is};
    snprintf(f->path, sizeof f->path, "%s", path);
}

/* Something begins to change: it is no fact any more. */
static void touch(const char *path)
{
    forget(durable, path);
}

static const char *content_of(struct content c)
{
    static char bytes[CONTENT];
    for (size_t i = 0; i < c.size; i++)
        bytes[i] = (char)(c.seed * 31 + i * 7 + i / 253);
    return bytes;
}

/* ---- The scenario ---- */

static struct volume_driver driver;

static volume_node_t held; /* open, or 0 */

bool volume_is_open(volume_node_t node)
{
    return held && node == held;
}

static struct path_place place_of(const char *path)
{
    struct path_place p = {0};
    if (path_walk(&driver, driver.root, path, false, &p) < 0)
        p.exists = false;
    return p;
}

static void must(long result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s: %ld\n", what, result);
    exit(1);
}

static void put(const char *path, unsigned seed, size_t size)
{
    struct content c = {seed, size};
    touch(path);
    struct path_place p = place_of(path);
    if (!p.exists)
        must(driver.make(p.dir, p.name, FILES_KIND_REGULAR | 0644, NULL,
                         &p.node),
             path);
    must(driver.truncate(p.node, 0), path);
    for (size_t at = 0; at < size; at += 10000)
        must(driver.write(p.node, at, content_of(c) + at,
                          size - at < 10000 ? size - at : 10000),
             path);
    learn(model, path, c);
}

static void make_dir(const char *path)
{
    struct path_place p = place_of(path);
    must(driver.make(p.dir, p.name, FILES_KIND_DIRECTORY | 0755, NULL, &p.node),
         path);
}

static void cut_off(const char *path, size_t size)
{
    touch(path);
    must(driver.truncate(place_of(path).node, size), path);
    struct fact *f = fact_of(model, path);
    f->is.size = size;
}

static void take_away(const char *path)
{
    touch(path);
    struct path_place p = place_of(path);
    must(driver.unlink(p.dir, p.name, p.node), path);
    forget(model, path);
}

static void move_file(const char *old, const char *new)
{
    struct path_place from = place_of(old), to = place_of(new);
    struct fact *f = fact_of(model, old);
    struct fact *a = fact_of(durable, old), *b = fact_of(durable, new);
    struct content c = f->is;
    if (a && b) {
        b->second = a->is;
        strcpy(a->other, new);
    } else {
        touch(new);
        touch(old);
    }
    must(driver.rename(from.dir, from.name, to.dir, to.name, from.node,
                       to.exists ? to.node : 0),
         old);
    forget(model, old);
    learn(model, new, c);
}

static void settle(void)
{
    must(driver.sync(), "sync");
    memcpy(durable, model, sizeof durable);
}

/* Ten of these fill a block of a directory. */
static void name_of(char path[160], unsigned i)
{
    snprintf(path, 160, "d/%0100u", i);
}

static void many(unsigned first, unsigned count)
{
    char path[160];
    for (unsigned i = first; i < first + count; i++) {
        name_of(path, i);
        put(path, i + 100, 300 + i * 40);
    }
}

static void scenario(void)
{
    make_dir("d");
    make_dir("e");
    put("one", 1, 3000);
    put("d/large", 2, 40000);
    settle();
    put("new", 3, 4000);
    put("held", 7, 5000);
    settle();
    held = place_of("held").node;
    take_away("held");       /* open, without a name */
    move_file("new", "one"); /* the way to replace a file */
    take_away("named");      /* of the image; it has attributes */
    take_away("d/large");
    put("e/reuse", 4, 45000); /* of its blocks */
    settle();
    many(0, 12); /* the directory grows */
    settle();
    volume_node_t released = held;
    held = 0;
    driver.released(released);
    put("one", 5, 2500); /* written anew in its place */
    for (unsigned i = 0; i < 12; i += 3) {
        char path[160];
        name_of(path, i);
        take_away(path);
    }
    settle();
    cut_off("e/reuse", 10001);
    struct path_place d = place_of("d"), e = place_of("e");
    for (unsigned i = 0; i < FACTS; i++) /* all paths below change */
        if (!strncmp(durable[i].path, "d/", 2))
            durable[i] = (struct fact){0};
    must(driver.rename(d.dir, "d", e.node, "inner", d.node, 0), "rename d");
    for (unsigned i = 0; i < FACTS; i++)
        if (!strncmp(model[i].path, "d/", 2)) {
            char path[200];
            snprintf(path, sizeof path, "e/inner/%s", model[i].path + 2);
            snprintf(model[i].path, sizeof model[i].path, "%.159s", path);
        }
    settle();
    put("last", 6, 6000); /* never synced */
    take_away("e/reuse");
}

/* ---- Run, and look ---- */

static void write_facts(const char *path)
{
    FILE *f = fopen(path, "w");
    if (!f)
        exit(2);
    for (unsigned i = 0; i < FACTS; i++)
        if (durable[i].path[0])
            fprintf(f, "%s %s %u %zu %u %zu\n", durable[i].path,
                    durable[i].other[0] ? durable[i].other : "-",
                    durable[i].is.seed, durable[i].is.size,
                    durable[i].second.seed, durable[i].second.size);
    fclose(f);
}

static bool has_content(const char *path, struct content c)
{
    static char bytes[CONTENT];
    struct path_place p = place_of(path);
    struct files_status s;
    return c.seed && p.exists && driver.status(p.node, &s) >= 0 &&
           s.size == c.size &&
           driver.read(p.node, 0, bytes, c.size) == (long)c.size &&
           !memcmp(bytes, content_of(c), c.size);
}

static bool holds(const struct fact *f)
{
    return has_content(f->path, f->is) || has_content(f->path, f->second) ||
           has_content(f->other, f->is);
}

static int check_facts(const char *path)
{
    FILE *f = fopen(path, "r");
    struct fact t;
    int wrong = 0;
    while (f &&
           fscanf(f, "%159s %159s %u %zu %u %zu", t.path, t.other, &t.is.seed,
                  &t.is.size, &t.second.seed, &t.second.size) == 6)
        if (!holds(&t)) {
            printf("%s is %s\n", t.path,
                   place_of(t.path).exists ? "another one" : "gone");
            wrong++;
        }
    if (f)
        fclose(f);
    return wrong;
}

static void open_image(const char *path, bool is_read_only)
{
    const char *why;
    load(path);
    must(disk_io_open(0), "disk");
    long error = ext2_open(is_read_only, &driver, &why);
    if (is_read_only)
        must(error, "open");
    else if (error < 0 || why) {
        fprintf(stderr, "not to be written: %s (%ld)\n", why ? why : "", error);
        exit(3);
    }
}

/* It can be lived with: names come and go in all that is left. */
static void live_on(void)
{
    make_dir("after");
    put("after/one", 8, 30000);
    put("after/two", 9, 3000);
    take_away("after/two");
    struct path_place from = place_of("one"), to = place_of("after/one");
    if (from.exists)
        must(driver.rename(from.dir, "one", to.dir, "one", from.node, to.node),
             "one");
    if (place_of("named").exists) /* with its attributes */
        take_away("named");
    must(driver.sync(), "sync");
}

int main(int argc, char **argv)
{
    image.cut = ~0ul;
    if (argc == 6 && !strcmp(argv[1], "repair")) {
        image.cut = strtoul(argv[3], NULL, 10);
        out_path = argv[4];
        facts_path = "/dev/null";
        open_image(argv[2], false);
        int wrong = check_facts(argv[5]);
        printf("%lu sectors\n", image.written);
        live_on();
        store(out_path);
        return wrong ? 1 : 0;
    }
    if (argc == 6 && !strcmp(argv[1], "run")) {
        image.cut = strtoul(argv[3], NULL, 10);
        out_path = argv[4];
        facts_path = argv[5];
        image.is_told = true;
        open_image(argv[2], false);
        scenario();
        power_ends();
    }
    if (argc == 4 && !strcmp(argv[1], "check")) {
        open_image(argv[2], true);
        return check_facts(argv[3]) ? 1 : 0;
    }
    fprintf(stderr, "usage: power_cut run|check|repair ...\n");
    return 2;
}
