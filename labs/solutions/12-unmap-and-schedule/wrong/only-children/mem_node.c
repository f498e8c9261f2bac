/* Only what was derived from n directly is taken. */
bool mem_take_below(struct mem_node *n, paddr_t from, paddr_t to,
                    unsigned rights, unsigned *budget, unsigned *ret_used)
{
    struct list *head = &n->map.children;
    for (struct list *l = head->next, *next; l != head; l = next) {
        struct mem_node *below =
            mem_node_of(container_of(l, struct mapping, sibling));
        next = l->next;
        if (below->pa < from || below->pa >= to || !(below->rights & rights))
            continue;
        if (*budget == 0)
            return false;
        (*budget)--;
        *ret_used |= mem_node_take(below, rights);
    }
    return true;
}
