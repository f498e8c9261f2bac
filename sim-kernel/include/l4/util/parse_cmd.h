/*
 * A program's options, described where they are wanted:
 *
 *      int verbose = 0, count;
 *      const char *name;
 *      if (parse_cmdline(&argc, &argv,
 *              'v', "verbose", "say more", PARSE_CMD_INC, 0, &verbose,
 *              'c', "count", "how many", PARSE_CMD_INT, 5, &count,
 *              'n', "name", "whose", PARSE_CMD_STRING, "nobody", &name,
 *              0))
 *          return 1;
 *
 * `-c 7`, `-c7`, `--count 7`, `--count=7` are the same; letters without an
 * argument may stand together (-vv); `--` ends the options. -h and --help list
 * them, unless the program has these itself. Source: ABI.md section 4,
 * "l4util"; what it leaves open (the results, the help's look) is ours.
 */
#ifndef L4_UTIL_PARSE_CMD_H
#define L4_UTIL_PARSE_CMD_H

#include <l4/sys/compiler.h>
#include <stdarg.h>

/* What follows the type, as arguments. */
enum parse_cmd_type {
    PARSE_CMD_INT,    /* int default, int *where: a number */
    PARSE_CMD_SWITCH, /* int value, int *where: is set if it is given */
    PARSE_CMD_STRING, /* const char *default, const char **where */
    PARSE_CMD_FN,     /* int number, parse_cmd_fn_t called: no argument */
    PARSE_CMD_FN_ARG, /* int number, parse_cmd_fn_arg_t called */
    PARSE_CMD_INC,    /* int default, int *where: one more each time */
    PARSE_CMD_DEC,    /* ... one less */
};

/* `num` is the argument as a number, 0 if it is none. */
typedef void (*parse_cmd_fn_t)(int number);
typedef void (*parse_cmd_fn_arg_t)(int number, const char *argument, int num);

L4_BEGIN_DECLS

/*
 * Reads the options described by groups of (letter or ' ', long name or NULL,
 * help, type, ...) up to a letter 0. *argv and *argc become what is left: the
 * program's name is left out, too.
 *
 * 0; 1: help was asked for (and printed); -1: an option is wrong, which was
 * said; -2: there are too many (32), or a type is unknown.
 */
int parse_cmdline(int *argc, const char ***argv, char arg0, ...);
int parse_cmdlinev(int *argc, const char ***argv, char arg0, va_list va);

L4_END_DECLS

#endif
