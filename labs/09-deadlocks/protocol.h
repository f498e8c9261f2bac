/*
 * The protocols of this lab. Each request has its operation in MR0 and an
 * argument in MR1; the answer's label is 0, its MR0 a result if there is one.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/*
 * A bank with two branches. A customer asks a branch to TRANSFER an amount;
 * the branch takes it from its own balance and has the other branch ADD it.
 * BALANCE gives the balance. Both begin with OPENING.
 */
enum { BRANCH_PROTOCOL = 0x901, TRANSFER = 0, ADD, BALANCE };
enum { OPENING = 1000000 };

/* A counter: INC adds one, GET gives the count. */
enum { COUNTER_PROTOCOL = 0x902, INC = 0, GET };

/*
 * An office takes a JOB (any number) and answers at once. Its clerk does the
 * jobs one by one, later, and tells the sink the number of each: SINK.
 */
enum { OFFICE_PROTOCOL = 0x903, SINK_PROTOCOL = 0x904 };

#endif
