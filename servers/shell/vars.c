/*
 * The shell's variables (see vars.h).
 */
#include "vars.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct var vars[VARS_MAX];

size_t vars_name(const char *text)
{
    size_t n = 0;
    if (*text == '?' || isdigit((unsigned char)*text))
        return 1;
    while (isalpha((unsigned char)text[n]) || text[n] == '_' ||
           (n && isdigit((unsigned char)text[n])))
        n++;
    return n;
}

static struct var *find(const char *name)
{
    for (struct var *v = vars; v < vars + VARS_MAX; v++)
        if (*v->name && !strcmp(v->name, name))
            return v;
    return NULL;
}

/* Its place, or a new one; NULL: no name, or no place. */
static struct var *place(const char *name)
{
    size_t n = vars_name(name);
    struct var *v = find(name);
    if (v || !n || name[n] || n >= VARS_NAME)
        return v;
    for (v = vars; v < vars + VARS_MAX; v++)
        if (!*v->name) {
            *v = (struct var){.value = NULL};
            memcpy(v->name, name, n + 1);
            return v;
        }
    return NULL;
}

const char *vars_get(const char *name)
{
    const struct var *v = find(name);
    return v && v->value ? v->value : "";
}

bool vars_set(const char *name, const char *value)
{
    char *copy = strdup(value);
    struct var *v = copy ? place(name) : NULL;
    if (!v) {
        free(copy);
        return false;
    }
    free(v->value);
    v->value = copy;
    return true;
}

void vars_set_number(const char *name, long value)
{
    char text[24];
    snprintf(text, sizeof text, "%ld", value);
    vars_set(name, text);
}

bool vars_export(const char *name)
{
    struct var *v = place(name);
    if (v)
        v->is_exported = true;
    return v;
}

void vars_unset(const char *name)
{
    struct var *v = find(name);
    if (!v)
        return;
    free(v->value);
    *v = (struct var){.value = NULL};
}

const struct var *vars_place(unsigned n)
{
    return n < VARS_MAX ? &vars[n] : NULL;
}
