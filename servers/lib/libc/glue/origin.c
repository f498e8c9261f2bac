/*
 * Where a program comes from: its number, its parent's, and the signals that
 * it inherits blocked or ignored.
 *
 *   "VITRINE_PID=7"                 from the process server
 *   "VITRINE_ORIGIN=3,<blocked>,<ignored>"   from posix_spawn() of the parent
 *
 * Capabilities carry no numbers, so they come in the environment; main() finds
 * them there no more. A program that nobody spawned is 1, its parent 0.
 */
#define _GNU_SOURCE /* environ */
#include "origin.h"
#include "signals.h"

#include <string.h>
#include <unistd.h>

static long own_id = 1, parent_id;

long call_getpid(const long *a)
{
    (void)a;
    return own_id;
}

long call_getppid(const long *a)
{
    (void)a;
    return parent_id;
}

/* A number in hexadecimal; *at is behind it and its comma afterwards. */
static unsigned long read_number(const char **at)
{
    unsigned long value = 0;

    for (; **at && **at != ','; ++*at)
        value = value << 4 | (**at > '9' ? **at - 'a' + 10 : **at - '0');
    *at += **at == ',';
    return value;
}

static char *write_number(char *to, unsigned long value)
{
    int shift = 60;

    while (shift && !(value >> shift))
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[value >> shift & 15];
    return to;
}

static void read_origin(const char *text)
{
    unsigned long blocked, ignored;

    parent_id = read_number(&text);
    blocked = read_number(&text);
    ignored = read_number(&text);
    signals_inherit(blocked, ignored);
}

static int is_origin(const char *entry)
{
    static const char id[] = "VITRINE_PID=", origin[] = "VITRINE_ORIGIN=";
    const char *text = entry + sizeof id - 1;

    if (!strncmp(entry, id, sizeof id - 1)) {
        own_id = read_number(&text);
        return 1;
    }
    if (!strncmp(entry, origin, sizeof origin - 1)) {
        read_origin(entry + sizeof origin - 1);
        return 1;
    }
    return 0;
}

void origin_read(void)
{
    char **to = environ;

    if (!environ)
        return;
    for (char **from = environ; *from; from++)
        if (!is_origin(*from))
            *to++ = *from;
    *to = 0;
}

void origin_write(const posix_spawnattr_t *attributes, char *text)
{
    const int flags = attributes ? attributes->__flags : 0;
    unsigned long blocked, ignored;

    signals_inherited(&blocked, &ignored);
    if (flags & POSIX_SPAWN_SETSIGMASK)
        blocked = attributes->__mask.__bits[0];
    if (flags & POSIX_SPAWN_SETSIGDEF)
        ignored &= ~attributes->__def.__bits[0];
    strcpy(text, "VITRINE_ORIGIN=");
    text = write_number(text + strlen(text), own_id);
    *text++ = ',';
    text = write_number(text, blocked);
    *text++ = ',';
    *write_number(text, ignored) = 0;
}
