/*
 * What libext2fs' configure script would say of our C library.
 */
#ifndef E2FSPROGS_CONFIG_H
#define E2FSPROGS_CONFIG_H

#define HAVE_ERRNO_H        1
#define HAVE_FCNTL_H        1
#define HAVE_INTTYPES_H     1
#define HAVE_STDINT_H       1
#define HAVE_STDLIB_H       1
#define HAVE_STRINGS_H      1
#define HAVE_SYS_STAT_H     1
#define HAVE_SYS_TIME_H     1
#define HAVE_SYS_TYPES_H    1
#define HAVE_UNISTD_H       1
#define HAVE_STRNLEN        1
#define HAVE_MEMALIGN       1
#define HAVE_POSIX_MEMALIGN 1
#define HAVE_SNPRINTF       1
#define HAVE_VALLOC         1
#define HAVE_TYPE_SSIZE_T   1
#define SIZEOF_SHORT        2
#define SIZEOF_INT          4
#define SIZEOF_LONG         8
#define SIZEOF_LONG_LONG    8
#define SIZEOF_OFF_T        8
#define SIZEOF_TIME_T       8

/* Left out, with what they would bring: the image formats of e2image,
 * undoing, the resizer, and lists in a database of their own. */
/* #undef CONFIG_TDB */

#endif
