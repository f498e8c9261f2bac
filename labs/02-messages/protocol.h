/*
 * The two protocols of this lab.
 *
 * A request is an IPC call; its tag's label is the protocol. The answer's
 * label is 0 or a negative error from <l4/sys/err.h>.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/* echo: any number of words; the answer carries the same words. */
enum { ECHO_PROTOCOL = 0x200 };

/* calc: MR0 the operation, MR1 its argument; the answer's MR0 is the
 * client's own sum after it. Every client starts with 0. */
enum { CALC_PROTOCOL = 0x201 };

enum calc_op {
    CALC_ADD, /* sum += MR1; two words */
    CALC_SET, /* sum = MR1; two words */
    CALC_GET, /* one word */
};

#endif
