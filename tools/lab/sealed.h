/*
 * In front of every file of a student's program: what would get around the
 * compiler's checks is no word of the language any more.
 *
 * The simulator isolates programs by checks that the compiler puts before
 * each access, so a program must not hold machine code of its own, leave the
 * checks out, or take the place of the functions they call. Macros of headers
 * that were read before go on working. vlab/build.py does the rest (names of
 * functions, files that are read).
 */
#ifndef VITRINE_LAB_SEALED_H
#define VITRINE_LAB_SEALED_H

/* Whatever has assembly in it. */
#include <features.h>
#include <l4/sys/cache.h>
#include <l4/sys/ipc.h>
#include <l4/sys/utcb.h>

#pragma GCC poison asm __asm __asm__
#pragma GCC poison no_sanitize __no_sanitize__
#pragma GCC poison no_sanitize_address __no_sanitize_address__
#pragma GCC poison no_address_safety_analysis no_sanitize_coverage
#pragma GCC poison no_instrument_function __no_instrument_function__
#pragma GCC poison optimize __optimize__ section __section__ naked __naked__
#pragma GCC poison ifunc __ifunc__ redefine_extname
#pragma GCC poison __builtin_ia32_wrfsbase64 __builtin_ia32_wrgsbase64

#endif
