/*
 * The screen: what of the clients' output goes to the terminal.
 *
 *      connected client --- as it comes, no tag
 *      others           --- whole lines, with tag and colour, unless hidden
 *
 * A line of another client that comes while the connected one is in the
 * middle of a line goes above it: the line is written again below.
 */
#ifndef CONS_SCREEN_H
#define CONS_SCREEN_H

#include "client.h"

/* The terminal: a vcon. */
void screen_init(l4_cap_idx_t terminal);
/* A piece of a line of c. */
void screen_put(struct client *c, const char *text, size_t size);
/* Text of the console itself, at the start of a line if it asks for that. */
void screen_say(const char *text);
void screen_new_line(void);

struct client *screen_connected(void);
void screen_connect(struct client *c);
void screen_forget(const struct client *c);

#endif
