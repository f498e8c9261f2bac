/*
 * Plans: one block of memory holds the request and what it points to.
 *
 *      request | argv[] | envp[] | caps[] | texts
 *
 * The texts of a request stand on Lua's stack and go when the script goes on.
 */
#include "plan.h"
#include <stdlib.h>
#include <string.h>

static size_t list_length(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

static size_t texts_size(const char *const *list)
{
    size_t size = 0;
    for (; list && *list; list++)
        size += strlen(*list) + 1;
    return size;
}

static const char *text_copy(char **inout_to, const char *text)
{
    char *copy = *inout_to;
    *inout_to = stpcpy(copy, text) + 1;
    return copy;
}

static const char *const *list_copy(const char **to, char **inout_texts,
                                    const char *const *list)
{
    size_t n = list_length(list);
    for (size_t i = 0; i < n; i++)
        to[i] = text_copy(inout_texts, list[i]);
    to[n] = NULL;
    return to;
}

struct app_plan *plan_make(const struct loader_request *r)
{
    size_t pointers = list_length(r->argv) + 1 + list_length(r->envp) + 1;
    size_t texts = texts_size(r->argv) + texts_size(r->envp);
    for (unsigned i = 0; i < r->cap_count; i++)
        texts += strlen(r->caps[i].name) + 1;
    if (r->name)
        texts += strlen(r->name) + 1;
    struct app_plan *p =
        malloc(sizeof *p + pointers * sizeof(char *) +
               r->cap_count * sizeof(struct loader_cap) + texts);
    if (!p)
        return NULL;
    struct loader_cap *caps = (struct loader_cap *)(p + 1);
    const char **lists = (const char **)(caps + r->cap_count);
    char *text = (char *)(lists + pointers);
    p->request = *r;
    p->request.argv = list_copy(lists, &text, r->argv);
    p->request.envp =
        list_copy(lists + list_length(r->argv) + 1, &text, r->envp);
    p->request.caps = caps;
    for (unsigned i = 0; i < r->cap_count; i++) {
        caps[i] = r->caps[i];
        caps[i].name = text_copy(&text, r->caps[i].name);
    }
    if (r->name)
        p->request.name = text_copy(&text, r->name);
    return p;
}
