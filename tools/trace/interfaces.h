/*
 * Names of the methods that interface descriptions declare
 * (tools/interface): protocol and number to "echo.say", and what the first
 * argument is. The build writes them to programs/interfaces.json.
 */
#ifndef TOOLS_INTERFACES_H
#define TOOLS_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERFACE_NAME = 32 };

struct method {
    int64_t protocol;
    uint32_t number;
    char interface[INTERFACE_NAME], name[INTERFACE_NAME];
    char first[INTERFACE_NAME]; /* kind of the first argument, "": none */
    bool more;                  /* than one argument */
};

/* Reads a table; what is no table, or not there, adds nothing. */
void interfaces_load(const char *path);
/* NULL: no description has it. */
const struct method *interfaces_find(int64_t protocol, uint64_t number);

#endif
