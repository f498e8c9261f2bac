/* Ported programs: what the server that gives a dataspace away, and its
 * client, have agreed on. */
#ifndef SHARED_DS_H
#define SHARED_DS_H

enum { SHARED_PROTO = 0x21, SHARED_GET_DS = 1, SHARED_GET_PAGE = 2 };
enum { SHARED_SIZE = 12 << 10 };

#endif
