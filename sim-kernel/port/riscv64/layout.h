/*
 * Numbers that assembly, linker script and C share.
 */
#ifndef LAYOUT_H
#define LAYOUT_H

/* Where firmware puts the kernel, and what the kernel adds to see it. */
#define KERNEL_LOAD   0x80200000
#define KERNEL_OFFSET 0xffffffc000000000

/* QEMU's code at reset, and what it has for firmware behind it: where that is,
 * the device tree, struct fw_dynamic_info. */
#define RESET_VECTOR   0x1000
#define RESET_FIRMWARE 24
#define RESET_TREE     32
#define RESET_INFO     40
#define INFO_MAGIC     0x4942534f /* "OSBI" */
#define INFO_OPTIONS   32
#define INFO_NO_PRINTS 1 /* SBI_SCRATCH_NO_BOOT_PRINTS */
#define INFO_SIZE      48

#define STACK_SIZE     16384

/* struct port_frame */
#define FRAME_PC     0
#define FRAME_X(n)   (8 * (n))
#define FRAME_STATUS 256
#define FRAME_CPU    264
#define FRAME_CAUSE  272
#define FRAME_TVAL   280
#define FRAME_F(n)   (288 + 8 * (n))
#define FRAME_FCSR   544

/* struct machine_cpu */
#define CPU_STACK 0
#define CPU_FPU   8

/* scause of a system call */
#define CAUSE_ECALL 8

/* sstatus */
#define STATUS_SPP      0x100
#define STATUS_SPIE     0x20
#define STATUS_FS       0x6000
#define STATUS_FS_CLEAN 0x4000

#endif
