/*
 * Capability tables against a model: arrays, no links, no shortcuts.
 *
 * The model of a capability is {object, rights, weak, parent}, the parent
 * being the number of another one. Each random operation is done on both;
 * then all slots, rights and parents must agree and all invariants hold.
 */
#include "fixture.h"

enum { TABLES = 4, SLOTS = 12, CAPS = TABLES * SLOTS, OBJECTS = 3 };
enum { NONE = -1, STEPS = 40000 };

struct model_cap {
    int object; /* NONE: empty */
    unsigned rights;
    bool weak;
    int parent; /* NONE: from the kernel */
};

static struct cap_table table[TABLES];
static struct plain object[OBJECTS];
static struct model_cap model[CAPS];
static uint64_t seed;

/* Slot `i` of a table has this index: some near, some far. */
static word_t index_of(int cap)
{
    static const word_t page[] = {0, 3, 70};
    int i = cap % SLOTS;
    return page[i % 3] * CAP_PAGE_SLOTS + (word_t)i / 3;
}

static struct cap_table *table_of(int cap)
{
    return &table[cap / SLOTS];
}

static struct cap_slot *slot(int cap)
{
    return cap_lookup(table_of(cap), index_of(cap));
}

/* --- the model ---------------------------------------------------------- */

static void model_clear(int cap)
{
    for (int i = 0; i < CAPS; i++)
        if (model[i].object != NONE && model[i].parent == cap)
            model[i].parent = model[cap].parent;
    model[cap] = (struct model_cap){.object = NONE, .parent = NONE};
}

/* An object without counted capabilities loses the weak ones. */
static void model_settle(int o)
{
    for (int i = 0; i < CAPS; i++)
        if (model[i].object == o && !model[i].weak)
            return;
    for (int i = 0; i < CAPS; i++)
        if (model[i].object == o)
            model_clear(i);
}

static void model_lift(int cap)
{
    for (int i = 0; i < CAPS; i++)
        if (model[i].object != NONE && model[i].parent == cap &&
            (model[i].rights & ~model[cap].rights))
            model[i].parent = model[cap].parent;
}

static void model_take(int cap, unsigned rights)
{
    int o = model[cap].object;
    if (o == NONE)
        return;
    if (rights & CAP_R) {
        model_clear(cap);
        model_settle(o);
    } else {
        model[cap].rights &= ~rights;
        model_lift(cap);
    }
}

static unsigned model_rights(int cap)
{
    return cap == NONE ? CAP_ALL : model[cap].rights;
}

static void model_merge(int src, int to, unsigned rights, bool weak)
{
    unsigned all = model[to].rights | rights;
    if (all & ~model_rights(model[to].parent)) {
        int p = src;
        while (all & ~model_rights(p))
            p = model[p].parent;
        model[to].parent = p;
    }
    model[to].rights = all;
    model[to].weak &= weak;
}

static void model_map(int src, int to, unsigned rights, bool grant, bool weak)
{
    int o = model[src].object;
    if (src == to)
        return;
    rights = (rights | CAP_R) & model[src].rights;
    if (model[to].object != o) {
        model_take(to, CAP_ALL);
        model[to] = (struct model_cap){o, rights, weak, src};
        for (int i = 0; grant && i < CAPS; i++)
            if (i != to && model[i].object != NONE && model[i].parent == src)
                model[i].parent = to;
        if (grant) {
            model[to].parent = model[src].parent;
            model_lift(to);
        }
    } else {
        model_merge(src, to, rights, weak);
    }
    if (grant)
        model_take(src, CAP_ALL);
}

static bool model_is_below(int cap, int top)
{
    while (cap != top && cap != NONE)
        cap = model[cap].parent;
    return cap == top;
}

static void model_revoke(int top, unsigned rights, bool self)
{
    bool below[CAPS];
    for (int i = 0; i < CAPS; i++)
        below[i] =
            i != top && model[i].object != NONE && model_is_below(i, top);
    int o = model[top].object;
    for (int i = 0; i < CAPS; i++) {
        if (!below[i])
            continue;
        if (rights & CAP_R)
            model_clear(i);
        else
            model[i].rights &= ~rights;
    }
    model_settle(o);
    if (self)
        model_take(top, rights);
}

/* --- comparison --------------------------------------------------------- */

static void compare_one(int cap)
{
    const struct model_cap *m = &model[cap];
    const struct cap_slot *s = slot(cap);
    cr_assert_eq(s != NULL, m->object != NONE);
    if (!s)
        return;
    cr_assert_eq(s->object, &object[m->object].object);
    cr_assert_eq(s->rights, m->rights);
    cr_assert_eq(s->weak, m->weak);
    const struct cap_slot *p = m->parent == NONE ? NULL : slot(m->parent);
    cr_assert_eq(cap_parent(s), p);
}

static void compare(void)
{
    for (int i = 0; i < CAPS; i++)
        compare_one(i);
    for (int i = 0; i < TABLES; i++)
        cap_table_check(&table[i]);
    object_check_all();
}

/* --- the operations ------------------------------------------------------ */

static void do_map(int src, int to, unsigned rights)
{
    bool grant = random_below(&seed, 4) == 0;
    bool weak = slot(src)->weak || random_below(&seed, 4) == 0;
    model_map(src, to, rights, grant, weak);
    cr_assert_eq(
        cap_map(slot(src), table_of(to), index_of(to), rights, grant, weak), 0);
}

static void do_revoke(int cap, unsigned rights)
{
    bool self = random_below(&seed, 2);
    struct object *o = slot(cap)->object;
    model_revoke(cap, rights, self);
    object_pin(o);
    while (!cap_revoke(cap_slot(table_of(cap), index_of(cap)), rights, self,
                       1 + random_below(&seed, 3)))
        for (int i = 0; i < TABLES; i++)
            cap_table_check(&table[i]);
    object_unpin(o);
}

static void do_delete(int cap)
{
    int o = model[cap].object;
    for (int i = 0; i < CAPS; i++)
        if (model[i].object == o)
            model_clear(i);
    cap_delete_object(&object[o].object, random_below(&seed, 4));
}

static void do_table_destroy(int t)
{
    for (int i = t * SLOTS; i < (t + 1) * SLOTS; i++)
        model_take(i, CAP_ALL);
    while (!cap_table_destroy(&table[t], 1 + random_below(&seed, 3)))
        ;
    cr_assert_eq(cap_table_init(&table[t], &root, (uint32_t)t + 1), 0);
}

/* A fresh object in place of one that is gone. */
static void do_insert(int cap)
{
    int o = (int)random_below(&seed, OBJECTS);
    if (object[o].freed == 0)
        return;
    plain_init(&object[o]);
    model_take(cap, CAP_ALL);
    model[cap] = (struct model_cap){o, CAP_ALL, false, NONE};
    cr_assert_eq(cap_insert_root(table_of(cap), index_of(cap),
                                 &object[o].object, CAP_ALL),
                 0);
}

static void step(void)
{
    int cap = (int)random_below(&seed, CAPS);
    int to = (int)random_below(&seed, CAPS);
    unsigned rights = random_below(&seed, CAP_ALL + 1);
    unsigned what = random_below(&seed, 64);

    if (random_below(&seed, 2))
        rights |= CAP_ALL & ~CAP_R; /* deep trees need many rights */
    if (what == 0)
        do_table_destroy(cap / SLOTS);
    else if (model[cap].object == NONE)
        do_insert(cap);
    else if (what == 1)
        do_delete(cap);
    else if (what < 6)
        do_revoke(cap, random_below(&seed, 2) ? CAP_ALL : rights & ~CAP_R);
    else if (what < 14) {
        rights &= random_below(&seed, 2) ? CAP_ALL : ~CAP_R;
        model_take(cap, rights);
        cap_unmap(slot(cap), rights);
    } else
        do_map(cap, to, rights);
    object_reap(random_below(&seed, 8));
}

static void run(uint64_t first_seed)
{
    fixture_init();
    seed = first_seed;
    for (int i = 0; i < CAPS; i++)
        model[i] = (struct model_cap){.object = NONE, .parent = NONE};
    for (uint32_t i = 0; i < TABLES; i++)
        cap_table_init(&table[i], &root, i + 1);
    for (int i = 0; i < OBJECTS; i++)
        object[i].freed = 1;
    for (int i = 0; i < STEPS; i++) {
        step();
        compare();
    }
    for (int i = 0; i < TABLES; i++)
        while (!cap_table_destroy(&table[i], 5))
            ;
    reap_all();
    cr_assert(list_is_empty(&object_all));
    fixture_assert_no_leak();
}

Test(cap_random, tables_agree_with_the_model_seed_1)
{
    run(1);
}

Test(cap_random, tables_agree_with_the_model_seed_2)
{
    run(2);
}
