/*
 * Numbers that assembly, linker script and C share.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

/* Where the boot loader puts the kernel, and what the kernel adds to see it:
 * the lower end of the upper 39-bit range. */
#define KERNEL_LOAD   0x40200000
#define KERNEL_OFFSET 0xffffff8000000000

#define STACK_SIZE    16384

/* struct port_frame */
#define FRAME_X(n)   (8 * (n))
#define FRAME_SP     248
#define FRAME_PC     256
#define FRAME_PSTATE 264
#define FRAME_TP     272
#define FRAME_UTCB   280
#define FRAME_ESR    288
#define FRAME_FAR    296
#define FRAME_V      320
#define FRAME_FPCR   832

/* struct machine_cpu */
#define CPU_STACK 0
#define CPU_FRAME 8
#define CPU_FPU   16

/* Exception class of a system call in ESR_EL1. */
#define EC_SVC 0x15

#endif
