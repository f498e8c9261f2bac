/*
 * calc: the protocol between clients and server of this example.
 *
 * A request is an IPC call to the server's gate: the label is CALC_PROTOCOL,
 * MR0 the operation, MR1.. its arguments. The answer's label is 0 or a
 * negative error, its MR0 the result.
 */
#ifndef CALC_H
#define CALC_H

enum { CALC_PROTOCOL = 0x100 };

enum calc_op {
    CALC_SUB, /* MR1 - MR2 */
    CALC_NEG, /* -MR1 */
};

#endif
