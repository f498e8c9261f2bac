/*
 * Names of the methods that interface descriptions declare
 * (tools/interface): protocol and number to "echo.say", and what the
 * arguments are. The build writes them to programs/interfaces.json.
 */
#ifndef TOOLS_INTERFACES_H
#define TOOLS_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { INTERFACE_NAME = 32, METHOD_ARGUMENTS = 8 };

enum argument_kind {
    ARGUMENT_WORD,
    ARGUMENT_INT,
    ARGUMENT_TEXT,  /* size, then the bytes in whole words */
    ARGUMENT_BYTES, /* the same */
    ARGUMENT_ITEM,  /* a capability or memory: no words */
};

struct method {
    int64_t protocol;
    uint32_t number;
    char interface[INTERFACE_NAME], name[INTERFACE_NAME];
    unsigned arguments; /* that have words; at most METHOD_ARGUMENTS are told */
    enum argument_kind kind[METHOD_ARGUMENTS];
};

/* Reads a table; what is no table, or not there, adds nothing. */
void interfaces_load(const char *path);
/* NULL: no description has it. */
const struct method *interfaces_find(int64_t protocol, uint64_t number);

#endif
