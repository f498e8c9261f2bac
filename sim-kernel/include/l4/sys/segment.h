/*
 * x86-64 segments: FS and GS base of a thread, descriptor tables.
 *
 *      L4_PROTO_THREAD  SET_SEGMENT_BASE | segment << 16, base
 *                       GET_SEGMENT_INFO    -> user ds, cs, 32-bit cs
 *                       X86_GDT first entry, descriptors
 *      L4_PROTO_TASK    LDT_SET first entry, descriptors
 *
 * The functions return 0 or a negative error code. On other architectures
 * the header is empty. Source: ABI.md appendix A, segment.h.
 */
#ifndef L4_SYS_SEGMENT_H
#define L4_SYS_SEGMENT_H

#include <l4/sys/task.h>
#include <l4/sys/thread.h>

#if defined(__x86_64__)
#include <l4/sys/arch/amd64/segment.h>
#endif

#endif
