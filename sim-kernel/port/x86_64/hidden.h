/*
 * Included before every source of this port's kernel: all symbols are reached
 * relative to the program counter, never through a table of addresses (GOT),
 * which no loader would fill.
 */
#pragma GCC visibility push(hidden)
