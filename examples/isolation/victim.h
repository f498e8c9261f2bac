/*
 * Requests to the victim (the label); the answer's MR0: the secret's address.
 */
#ifndef VICTIM_H
#define VICTIM_H

enum { VICTIM_WHERE = 0x105, VICTIM_STOP = 0x106 };

#endif
