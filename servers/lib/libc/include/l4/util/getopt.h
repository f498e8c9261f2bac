/*
 * getopt() and getopt_long() by L4Re's name: they are the C library's.
 */
#ifndef L4_UTIL_GETOPT_H
#define L4_UTIL_GETOPT_H

#include <getopt.h>

#endif
