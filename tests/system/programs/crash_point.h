/*
 * Crash points: a server that is built with this ends by a fault when it
 * comes to its CRASH_AT-th point (an environment variable; 0 or none: never).
 * servers/block/block.h and servers/nic/main.c say how the points are called.
 */
#ifndef CRASH_POINT_H
#define CRASH_POINT_H

void crash_point(void);
#define BLOCK_POINT() crash_point()
#define NIC_POINT()   crash_point()

#endif
