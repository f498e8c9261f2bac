/* However much there is to take, it goes on to the end. */
bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used)
{
    struct mapping_walk what = {rights, from, to};
    enum mapping_step step;
    struct mapping *m;
    (void)budget;
    mapping_walk_start(&n->map, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        struct mem_node *below = step == WALK_VISIT ? mem_node_of(m) : NULL;
        if (below && below->pa >= from && below->pa < to &&
            (below->rights & rights))
            *ret_used |= mem_node_take(below, rights);
    }
    return true;
}
