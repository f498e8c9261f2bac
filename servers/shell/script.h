/*
 * Commands put together: what a line or a script says, as a tree.
 *
 *      a && b || c; if a; then b; elif c; then d; else e; fi
 *      ! a; while a; do b; done; for X in words; do b; done
 *
 *              if                   a pipeline's text is looked at when it
 *            /  |  \                runs (parse.h): its variables may be
 *      "a | b"  ;   "c > file"      others each time
 *
 * I1  nodes are a tree: each but the first is led to from one place.
 */
#ifndef SHELL_SCRIPT_H
#define SHELL_SCRIPT_H

#include <stddef.h>

enum {
    SCRIPT_NODES = 128,
    SCRIPT_DEPTH = 16,
    SCRIPT_NONE = 0, /* the number of no node: 0 is the whole's */
};

enum node_kind {
    NODE_PIPELINE, /* text */
    NODE_LIST,     /* a, then b */
    NODE_AND,      /* b if a's status is 0 */
    NODE_OR,       /* b if it is not */
    NODE_NOT,      /* a, the other way round */
    NODE_IF,       /* a ? b : c */
    NODE_WHILE,    /* b as long as a is 0 */
    NODE_FOR,      /* b for each word of text; the first one is the variable */
};

struct node {
    enum node_kind kind;
    unsigned a, b, c; /* I1; SCRIPT_NONE */
    const char *text;
    size_t length;
};

struct script {
    struct node nodes[SCRIPT_NODES]; /* 0: the whole, if count is not 0 */
    unsigned count;
};

extern const char script_more[];

/*
 * The next command of the text, up to the end of a line or a semicolon that
 * belongs to none inside; the text moves on behind it. NULL (count 0: there was
 * nothing), `script_more`: it goes on, but the text ends, or what is wrong: the
 * text then moves on to the next line. Nodes point into the text.
 */
const char *script_next(const char **inout_text, struct script *ret_script);

#endif
