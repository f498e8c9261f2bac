/*
 * Clients of the console: what each has written, and what was typed for it.
 *
 *      write --> line --> buffer (the last BUFFER bytes)
 *                     \-> screen (screen.h)
 *      keys --> typed --> [line being edited] --> read
 *
 * With L4_VCON_ICANON a client gets whole lines, corrected while they are
 * typed; without, each byte. Bytes are taken from `typed` only when they are
 * due, so that a program which reads a line leaves what follows to the next.
 *
 * I1  typed_used <= CLIENT_TYPED; ready <= edited_used <= CLIENT_EDITED.
 * I2  a client is on the list once, in the order of their coming.
 * I3  with the capability `kept` (a dataspace, all zeros at first, that the
 * next console gets as well) the input of gates `vcon.*` is there, by name.
 */
#ifndef CONS_CLIENT_H
#define CONS_CLIENT_H

#include "cons.h"
#include "vcon.h"

enum {
    CLIENT_NAME = 15,
    CLIENT_BUFFER = 8192,
    CLIENT_TYPED = 256,
    CLIENT_EDITED = 256,
};

/* What was typed for a client. */
struct client_input {
    char name[CLIENT_NAME + 1]; /* if it is kept; "": nobody's */
    char typed[CLIENT_TYPED];
    unsigned typed_used;
    char edited[CLIENT_EDITED];
    unsigned ready, edited_used; /* bytes that may be read; all */
};

struct client {
    struct vcon vcon;    /* first */
    struct client *next; /* I2 */
    char name[CLIENT_NAME + 1];
    unsigned color; /* 31..37, 0: none */
    bool is_hidden;
    bool has_stamps;
    bool is_mid_line; /* of what it wrote */

    char buffer[CLIENT_BUFFER]; /* a ring */
    unsigned long written;      /* bytes, all */
    unsigned long lines;

    struct client_input own, *in; /* its own, or kept (I3) */
    bool is_waited_for;           /* a read has found nothing */
};

/* From now on the input of clients that are recalled is in this memory, which
 * outlives this console: all zeros, or what another one has left. */
void client_keep(void *memory, size_t size);
/* The client goes on with what was typed for one of that name, if there is
 * room to keep it. */
void client_recall(struct client *c);

/* Makes c a client with a name, cut to fit, and a colour's name; how it acts as
 * a vcon is `kind`. */
void client_init(struct client *c, const struct vcon_kind *kind,
                 const char *name, const char *color);
void client_end(struct client *c);
struct client *client_first(void);
/* NULL: nobody is called that. */
struct client *client_find(const char *name);

/* Output: into the buffer and to the screen. */
void client_write(struct client *c, const char *text, size_t size);
/* How many more bytes of input it can keep. */
unsigned client_room(const struct client *c);
/* A key was typed for it; there is room. */
void client_type(struct client *c, char key);
/* At most `size` bytes of input; *ret_more: that many, and there are more. */
unsigned client_read(struct client *c, char *to, unsigned size, bool *ret_more);
/* Its attributes, or an interrupt of its, are others than before. */
void client_attributes(struct client *c);
void client_bound(struct client *c);

/* Calls `each` for every whole or last line of the buffer from line `skip`. */
void client_lines(const struct client *c,
                  void (*each)(const struct client *c, const char *line,
                               size_t size, void *data),
                  void *data);

#endif
