/*
 * An interface as data: what NAME-table.h (generated from NAME.iface) says of
 * its methods, for programs that make requests of their own, such as
 * fuzzers. The same as interfaces.json, for programs inside.
 */
#ifndef L4_VITRINE_INTERFACE_H
#define L4_VITRINE_INTERFACE_H

enum l4_vitrine_argument_kind {
    L4_VITRINE_ARGUMENT_WORD,
    L4_VITRINE_ARGUMENT_TEXT,
    L4_VITRINE_ARGUMENT_BYTES,
    L4_VITRINE_ARGUMENT_CAP,
};

struct l4_vitrine_argument {
    enum l4_vitrine_argument_kind kind;
    unsigned limit; /* text, bytes: most bytes; capability: rights */
};

enum { L4_VITRINE_ARGUMENTS_MAX = 16 };

struct l4_vitrine_method {
    const char *name;
    unsigned number; /* the first word of a request */
    unsigned takes;  /* arguments of a request */
    struct l4_vitrine_argument argument[L4_VITRINE_ARGUMENTS_MAX];
};

#endif
