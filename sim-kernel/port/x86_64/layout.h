/*
 * Numbers that assembly, linker script and C share.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

/* Where the boot loader puts the kernel, and what the kernel adds to see it:
 * the last 512 GiB of the address range. */
#define KERNEL_LOAD   0x200000
#define KERNEL_OFFSET 0xffffff8000000000

/* Where user code reads its CPU's word with the address of its UTCB. */
#define WORDS_USER 0xffffffffc0000000

#define STACK_SIZE 16384

/* Segments: index in the table, and the ring. */
#define KERNEL_CS 0x08
#define KERNEL_SS 0x10
#define USER_CS32 0x1b
#define USER_SS   0x23
#define USER_CS   0x2b
#define TASK_SEG  0x30

/* Vectors: the CPU's exceptions, device lines, our own. */
#define VECTOR_LINE     32
#define VECTORS         112
#define VECTOR_TIMER    96
#define VECTOR_IPI      97
#define VECTOR_SPURIOUS 111
#define VECTOR_SYSCALL  128 /* no interrupt: in a frame only */

/* struct port_frame */
#define FRAME_R15    8
#define FRAME_R14    16
#define FRAME_R13    24
#define FRAME_R12    32
#define FRAME_R8     64
#define FRAME_RSI    80
#define FRAME_RBP    88
#define FRAME_RBX    104
#define FRAME_RDX    112
#define FRAME_RAX    128
#define FRAME_VECTOR 136
#define FRAME_ERROR  144
#define FRAME_IP     152
#define FRAME_FLAGS  168
#define FRAME_SP     176
#define FRAME_END    192
#define FRAME_TP     192
#define FRAME_UTCB   200

/* struct machine_cpu, behind the GS base in the kernel */
#define CPU_SELF      0
#define CPU_STACK     8
#define CPU_SCRATCH   16
#define CPU_WOKEN     24
#define CPU_FRAME_END 40 /* rsp0 of its task-state segment */
#define CPU_FPU_ON    145
#define CPU_FPU       168
#define CPU_LOADED    176
#define CPU_TP        184
#define CPU_WORD      192
#define CPU_WORD_USER 200

#endif
