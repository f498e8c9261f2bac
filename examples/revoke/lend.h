/*
 * Between lender and borrower: the request is the label.
 */
#ifndef LEND_H
#define LEND_H

enum { LEND_LEND = 0x102, LEND_RETURN = 0x103, LEND_RING = 0x104 };

#endif
