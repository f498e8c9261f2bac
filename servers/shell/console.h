/*
 * The shell's console: keys, text, and what else it waits for.
 */
#ifndef SHELL_CONSOLE_H
#define SHELL_CONSOLE_H

#include <l4/sys/types.h>
#include <stdbool.h>
#include <stddef.h>

/* What can happen while the shell waits; bits. */
enum event {
    EVENT_KEY = 1,
    EVENT_INTERRUPT = 2, /* Ctrl-C */
    EVENT_SUSPEND = 4,   /* Ctrl-Z */
    EVENT_PROCESS = 8,   /* one has ended */
    EVENT_CONSOLE = 16,  /* the console is another: it was started again */
};

/* vcon: "vcon" of the environment, else the log. 0, or an error. */
long console_open(void);
l4_cap_idx_t console_vcon(void);
/* The interrupt for process_notify(). */
l4_cap_idx_t console_process_irq(void);

/* For a program in the foreground, the console edits lines; afterwards keys
 * come to the shell again, one by one. */
void console_lend(void);
void console_take_back(void);
/* The next key; -1: none yet. */
int console_key(void);
/* Waits for any event, at most `us` (0: for ever), and takes it; 0: none. */
unsigned console_wait(unsigned long us);

/* Ctrl-C, since it was asked last? Other events are taken, too. */
bool console_interrupted(void);

/* Text to where output goes: the console, or what console_divert() said. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_bytes(const char *text, size_t size);
/* Text to the console in any case. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* From now on say() writes to this file; L4_INVALID_CAP: the console. */
void console_divert(l4_cap_idx_t file);

#endif
