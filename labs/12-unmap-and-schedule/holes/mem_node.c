/*
 * What the starter has in place of what was taken out of
 * sim-kernel/core/mem_node.c.
 */
bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used)
{
    (void)n;
    (void)from;
    (void)to;
    (void)rights;
    (void)budget;
    (void)ret_used;
    /* TODO: all that was derived from n, leaves first. */
    return true;
}

bool mem_take_tree(struct mem_node *n, unsigned rights, unsigned *budget,
                   unsigned *ret_used)
{
    (void)budget;
    /* TODO: what was derived from n goes before n does. */
    *ret_used |= mem_node_take(n, rights);
    return true;
}
