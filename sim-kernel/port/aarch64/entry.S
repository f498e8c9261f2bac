/*
 * The first instructions, and the way in and out of user mode.
 *
 *   boot loader --_start--> main_boot(device tree) --> machine_resume
 *   user --vectors--> machine_trap(frame, kind) --next frame--> machine_resume
 *        --vectors_alone--> core_handover() --next frame--> user
 *
 * The image begins with the header of Linux' "Image" format, which is what
 * boot loaders take (Documentation/arm64/booting). SP_EL1 is the end of the
 * CPU's stack whenever user code runs.
 */
#include "layout.h"

        .section .text.entry, "ax", %progbits
        .globl  _start
_start:
        b       boot
        .word   0
        .quad   0                       /* offset from a multiple of 2 MiB */
        .quad   kernel_size
        .quad   0xa                     /* 4 KiB pages, anywhere in RAM */
        .quad   0, 0, 0
        .ascii  "ARM\x64"
        .word   0

/* x0: device tree. Translation is off. */
boot:
        bl      to_el1
        adrp    x1, boot_table
        add     x1, x1, :lo12:boot_table
        mov     x2, x1
        ldr     x3, =0x705              /* block, normal, inner shared, used */
        mov     x4, #512
        mov     x5, #(1 << 30)
2:      str     x3, [x2], #8
        add     x3, x3, x5
        subs    x4, x4, #1
        b.ne    2b
        /* The first gigabyte has the devices. */
        mov     x3, #0x401
        str     x3, [x1]
        bl      translate
        ldr     x2, =boot_stack_end
        mov     sp, x2
        ldr     x2, =machine_cpus
        msr     tpidr_el1, x2
        ldr     x2, =main_boot
        br      x2

/* Another CPU: x0 the physical address of its struct machine_cpu. */
        .globl  start_other
start_other:
        bl      to_el1
        bl      translate
        ldr     x2, =KERNEL_OFFSET
        add     x2, x2, x0
        msr     tpidr_el1, x2
        ldr     x2, [x2, #CPU_STACK]
        mov     sp, x2
        ldr     x2, =main_other
        br      x2

/* From EL2 or EL1 to EL1, interrupts off; back in x30. */
to_el1:
        mrs     x1, CurrentEL
        cmp     x1, #8
        b.ne    1f
        mov     x1, #(1 << 31)          /* EL2: EL1 is 64-bit */
        msr     hcr_el2, x1
        mov     x1, #3                  /* counter and timer for EL1 */
        msr     cnthctl_el2, x1
        msr     cntvoff_el2, xzr
        mov     x1, #0x33ff             /* no trap of vector instructions */
        msr     cptr_el2, x1
        mrs     x1, id_aa64pfr0_el1
        tst     x1, #(0xf << 24)
        b.eq    2f
        mov     x1, #0xf                /* GICv3: EL1 has its registers */
        msr     S3_4_C12_C9_5, x1       /* ICC_SRE_EL2 */
        isb
2:      mov     x1, #0x3c5              /* EL1h, no interrupts */
        msr     spsr_el2, x1
        msr     elr_el2, x30
        eret
1:      msr     daifset, #15
        msr     spsel, #1
        ret

/* Translation and caches on; back at x30, seen from above. */
translate:
        adrp    x1, boot_table
        add     x1, x1, :lo12:boot_table
        msr     ttbr0_el1, x1
        msr     ttbr1_el1, x1
        ldr     x2, =0x44ff04           /* device; write-back; uncached */
        msr     mair_el1, x2
        ldr     x2, =0x2b5193519        /* 39 bits twice, 4 KiB, 40-bit PA */
        msr     tcr_el1, x2
        tlbi    vmalle1
        dsb     sy
        isb
        ldr     x2, =0x34d0d98c         /* MMU and caches on */
        orr     x2, x2, #1
        msr     sctlr_el1, x2
        isb
        ldr     x2, =KERNEL_OFFSET
        add     x30, x30, x2
        ldr     x2, =vectors
        msr     vbar_el1, x2
        mov     x2, #(1 << 20)          /* vectors: EL1 may, EL0 traps */
        msr     cpacr_el1, x2
        isb
        mov     x29, #0
        ret
        .ltorg

        .text
/* Saves the user's registers; then machine_trap(frame, \kind). */
.macro USER kind
        .p2align 7
        stp     x0, x1, [sp, #-16]!
        mov     x1, #\kind
        b       user_trap
.endm

/* The same for a CPU that is alone: is it a system call? */
.macro CALL
        .p2align 7
        str     x0, [sp, #-16]
        mrs     x0, esr_el1
        lsr     x0, x0, #26
        cmp     x0, #EC_SVC
        b.eq    call_entry
        ldr     x0, [sp, #-16]
        stp     x0, x1, [sp, #-16]!
        mov     x1, #0
        b       user_trap
.endm

.macro BUG kind
        .p2align 7
        mov     x0, #\kind
        mrs     x1, esr_el1
        mrs     x2, elr_el1
        mrs     x3, far_el1
        b       machine_kernel_trap
.endm

.macro TABLE name, sync:vararg
        .p2align 11
        .globl  \name
\name:
        .irp kind, 0, 1, 2, 3, 4, 5, 6, 7
        BUG     \kind
        .endr
        \sync                           /* synchronous */
        USER    1                       /* interrupt */
        USER    1
        USER    2                       /* system error */
        .rept   4
        USER    3                       /* 32-bit: never entered */
        .endr
.endm

        TABLE   vectors, USER 0
        TABLE   vectors_alone, CALL

user_trap:
        mrs     x0, tpidr_el1
        ldr     x0, [x0, #CPU_FRAME]
        stp     x2, x3, [x0, #FRAME_X(2)]
        stp     x4, x5, [x0, #FRAME_X(4)]
        stp     x6, x7, [x0, #FRAME_X(6)]
        stp     x8, x9, [x0, #FRAME_X(8)]
        stp     x10, x11, [x0, #FRAME_X(10)]
        stp     x12, x13, [x0, #FRAME_X(12)]
        stp     x14, x15, [x0, #FRAME_X(14)]
        stp     x16, x17, [x0, #FRAME_X(16)]
        stp     x18, x19, [x0, #FRAME_X(18)]
        stp     x20, x21, [x0, #FRAME_X(20)]
        stp     x22, x23, [x0, #FRAME_X(22)]
        stp     x24, x25, [x0, #FRAME_X(24)]
        stp     x26, x27, [x0, #FRAME_X(26)]
        stp     x28, x29, [x0, #FRAME_X(28)]
        ldp     x2, x3, [sp], #16
        stp     x2, x3, [x0, #FRAME_X(0)]
        mrs     x2, sp_el0
        mrs     x3, elr_el1
        mrs     x4, spsr_el1
        mrs     x5, tpidr_el0
        mrs     x6, esr_el1
        mrs     x7, far_el1
        stp     x30, x2, [x0, #FRAME_X(30)]
        stp     x3, x4, [x0, #FRAME_PC]
        str     x5, [x0, #FRAME_TP]
        stp     x6, x7, [x0, #FRAME_ESR]
        mov     x29, #0
        bl      machine_trap

/* Enters user mode with the frame in x0. */
        .globl  machine_resume
machine_resume:
        mrs     x1, tpidr_el1
        str     x0, [x1, #CPU_FRAME]
        ldr     x1, [x1, #CPU_STACK]
        mov     sp, x1
        ldp     x30, x2, [x0, #FRAME_X(30)]
        ldp     x3, x4, [x0, #FRAME_PC]
        ldp     x5, x6, [x0, #FRAME_TP]
        msr     sp_el0, x2
        msr     elr_el1, x3
        msr     spsr_el1, x4
        msr     tpidr_el0, x5
        msr     tpidrro_el0, x6
        ldp     x2, x3, [x0, #FRAME_X(2)]
        ldp     x4, x5, [x0, #FRAME_X(4)]
        ldp     x6, x7, [x0, #FRAME_X(6)]
        ldp     x8, x9, [x0, #FRAME_X(8)]
        ldp     x10, x11, [x0, #FRAME_X(10)]
        ldp     x12, x13, [x0, #FRAME_X(12)]
        ldp     x14, x15, [x0, #FRAME_X(14)]
        ldp     x16, x17, [x0, #FRAME_X(16)]
        ldp     x18, x19, [x0, #FRAME_X(18)]
        ldp     x20, x21, [x0, #FRAME_X(20)]
        ldp     x22, x23, [x0, #FRAME_X(22)]
        ldp     x24, x25, [x0, #FRAME_X(24)]
        ldp     x26, x27, [x0, #FRAME_X(26)]
        ldp     x28, x29, [x0, #FRAME_X(28)]
        ldp     x0, x1, [x0, #FRAME_X(0)]
        eret

/*
 * A system call on a machine with one CPU first tries to hand the CPU over at
 * once. Of the registers it takes only what the system call keeps
 * (<l4/sys/arch/arm64/syscall.h>) and its arguments; the others' places in the
 * frame have what was there, the thread's own.
 */
call_entry:
        mrs     x4, tpidr_el1
        ldr     x5, [x4, #CPU_FRAME]
        ldr     x0, [sp, #-16]
        mrs     x6, sp_el0
        mrs     x7, elr_el1
        mrs     x8, spsr_el1
        mrs     x9, tpidr_el0
        stp     x0, x1, [x5, #FRAME_X(0)]
        stp     x2, x3, [x5, #FRAME_X(2)]
        stp     x18, x19, [x5, #FRAME_X(18)]
        stp     x20, x21, [x5, #FRAME_X(20)]
        stp     x22, x23, [x5, #FRAME_X(22)]
        stp     x24, x25, [x5, #FRAME_X(24)]
        stp     x26, x27, [x5, #FRAME_X(26)]
        stp     x28, x29, [x5, #FRAME_X(28)]
        stp     x30, x6, [x5, #FRAME_X(30)]
        stp     x7, x8, [x5, #FRAME_PC]
        str     x9, [x5, #FRAME_TP]
        mov     x19, x5
        bl      core_handover
        cbz     x0, 2f
        mrs     x4, tpidr_el1
        ldr     x5, [x4, #CPU_FPU]
        cmp     x5, x0                  /* has one of them values in the */
        ccmp    x5, x19, #4, ne         /* vector registers? */
        b.eq    3f
        str     x0, [x4, #CPU_FRAME]
        ldp     x30, x6, [x0, #FRAME_X(30)]
        ldp     x7, x8, [x0, #FRAME_PC]
        ldp     x9, x10, [x0, #FRAME_TP]
        msr     sp_el0, x6
        msr     elr_el1, x7
        msr     spsr_el1, x8
        msr     tpidr_el0, x9
        msr     tpidrro_el0, x10
        ldp     x18, x19, [x0, #FRAME_X(18)]
        ldp     x20, x21, [x0, #FRAME_X(20)]
        ldp     x22, x23, [x0, #FRAME_X(22)]
        ldp     x24, x25, [x0, #FRAME_X(24)]
        ldp     x26, x27, [x0, #FRAME_X(26)]
        ldp     x28, x29, [x0, #FRAME_X(28)]
        /* What the kernel left in the rest is not for users. */
        ldp     x2, x3, [x0, #FRAME_X(2)]
        ldp     x4, x5, [x0, #FRAME_X(4)]
        ldp     x6, x7, [x0, #FRAME_X(6)]
        ldp     x8, x9, [x0, #FRAME_X(8)]
        ldp     x10, x11, [x0, #FRAME_X(10)]
        ldp     x12, x13, [x0, #FRAME_X(12)]
        ldp     x14, x15, [x0, #FRAME_X(14)]
        ldp     x16, x17, [x0, #FRAME_X(16)]
        ldp     x0, x1, [x0, #FRAME_X(0)]
        eret
2:      bl      machine_syscall
        b       machine_resume
3:      mov     x20, x0
        bl      machine_load_fpu
        mov     x0, x20
        b       machine_resume

/* The vector registers to and from a frame. */
        .arch_extension fp
        .arch_extension simd
        .globl  fpu_save
fpu_save:
        add     x1, x0, #FRAME_V
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        str     q\n, [x1, #(16 * \n)]
        .endr
        mrs     x2, fpcr
        mrs     x3, fpsr
        str     x2, [x0, #FRAME_FPCR]
        str     x3, [x0, #(FRAME_FPCR + 8)]
        ret

        .globl  fpu_load
fpu_load:
        add     x1, x0, #FRAME_V
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        ldr     q\n, [x1, #(16 * \n)]
        .endr
        ldr     x2, [x0, #FRAME_FPCR]
        ldr     x3, [x0, #(FRAME_FPCR + 8)]
        msr     fpcr, x2
        msr     fpsr, x3
        ret

        .bss
        .p2align 12
        .globl  boot_table
boot_table:
        .skip   4096
        .globl  boot_stack
boot_stack:
        .skip   STACK_SIZE
        .globl  boot_stack_end
boot_stack_end:
