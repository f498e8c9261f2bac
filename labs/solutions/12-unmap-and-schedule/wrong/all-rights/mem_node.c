/* Whatever is asked for, everything is taken. */
bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used)
{
    struct mapping_walk what = {rights, from, to};
    enum mapping_step step;
    struct mapping *m;
    mapping_walk_start(&n->map, &what);
    while ((step = mapping_walk_step(&m)) != WALK_OVER) {
        struct mem_node *below = step == WALK_VISIT ? mem_node_of(m) : NULL;
        if (below && below->pa >= from && below->pa < to) {
            if (*budget == 0) {
                mapping_walk_back(m);
                return false;
            }
            (*budget)--;
            *ret_used |= mem_node_take(below, RIGHT_RWX);
        }
        if (work_should_stop())
            return false;
    }
    return true;
}
