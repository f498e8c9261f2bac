/*
 * The compute kernel: one C file, built once for the simulator with the
 * checks and once for the host without, so that their ratio is the price of
 * the emulated MMU. It uses no library: only what the compiler makes of it.
 */
#ifndef BENCH_KERNEL_H
#define BENCH_KERNEL_H

/* Sorting, matrix product, strings: `rounds` times; returns a checksum that
 * does not depend on how it was compiled. */
unsigned compute_kernel(unsigned rounds);

#endif
