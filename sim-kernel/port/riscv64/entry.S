/*
 * The first instructions, and the way in and out of user mode.
 *
 *   firmware --_start--> main_boot(hart, device tree) --> machine_resume
 *   user --trap_entry--> machine_trap(frame) --next frame--> machine_resume
 *   user --call_entry--> core_handover() --next frame--> call_leave
 *
 * In user mode sscratch points to the running thread's frame, in the kernel
 * it is 0: a trap with 0 there is a bug of the kernel.
 */
#include "layout.h"

        .section .text.entry, "ax", @progbits
        .option norelax
        .globl  _start
_start:                         /* a0 hart, a1 device tree; no translation */
        csrw    sie, zero
        csrw    sscratch, zero
        /* Every gigabyte at its place and at KERNEL_OFFSET. */
        lla     t0, boot_table
        li      t1, 0xcf        /* valid, rwx, accessed, dirty */
        li      t2, 0
        li      t4, 1 << 28     /* a gigabyte in an entry */
        li      t5, 256
        mv      t3, t0
1:      sd      t1, 0(t3)
        li      t6, 2048
        add     t6, t3, t6
        sd      t1, 0(t6)
        add     t1, t1, t4
        addi    t3, t3, 8
        addi    t2, t2, 1
        bne     t2, t5, 1b
        call    translate
        lla     sp, boot_stack_end
        lla     tp, machine_cpus        /* cpu 0 */
        j       main_boot

/*
 * The tool starts the boot hart here, in machine mode and before firmware, to
 * ask OpenSBI not to print its description of the machine, 4 ms of the time to
 * the first line, and to give it a smaller device tree (quiet.c). What QEMU's reset code tells firmware is at RESET_VECTOR;
 * where it is not, that code runs as always.
 * Source: OpenSBI, fw_dynamic.h; QEMU, hw/riscv/boot.c.
 */
        .globl  quiet_start
quiet_start:
        li      t0, RESET_VECTOR
        ld      t1, RESET_INFO(t0)
        li      t2, INFO_MAGIC
        bne     t1, t2, 2f
        lla     a2, quiet_info
        li      t1, 0
1:      add     t2, t0, t1
        ld      t3, RESET_INFO(t2)
        add     t2, a2, t1
        sd      t3, 0(t2)
        addi    t1, t1, 8
        li      t2, INFO_SIZE
        bne     t1, t2, 1b
        li      t1, INFO_NO_PRINTS
        sd      t1, INFO_OPTIONS(a2)
        mv      s0, t0
        lla     sp, boot_stack_end
        ld      a0, RESET_TREE(s0)
        call    quiet_tree
        mv      a1, a0
        lla     a2, quiet_info
        csrr    a0, mhartid
        ld      t0, RESET_FIRMWARE(s0)
2:      jr      t0

/* Another hart: a0 its number, a1 its struct machine_cpu. */
        .globl  start_other
start_other:
        csrw    sie, zero
        csrw    sscratch, zero
        call    translate
        mv      tp, a1
        ld      sp, CPU_STACK(tp)
        j       main_other

/* Translation on, FPU off; back at the same place, seen from above. */
translate:
        li      t0, STATUS_FS   /* as it is for most of the time from now on: */
        csrc    sstatus, t0     /* an emulator translates code once for each */
        lla     t0, boot_table
        li      t1, 8 << 60     /* Sv39 */
        srli    t0, t0, 12
        or      t0, t0, t1
        csrw    satp, t0
        sfence.vma
        li      t0, KERNEL_OFFSET
        add     ra, ra, t0
        lla     t1, kernel_trap
        add     t1, t1, t0
        csrw    stvec, t1
        ret

/* A trap while the kernel ran. */
        .p2align 2
kernel_trap:
        lla     sp, boot_stack_end
        csrr    a0, scause
        csrr    a1, sepc
        csrr    a2, stval
        call    machine_kernel_trap
1:      wfi
        j       1b

        .text
        .p2align 2
        .globl  trap_entry
trap_entry:
        csrrw   a0, sscratch, a0
        beqz    a0, kernel_trap
        sd      ra, FRAME_X(1)(a0)
        sd      sp, FRAME_X(2)(a0)
        sd      gp, FRAME_X(3)(a0)
        sd      tp, FRAME_X(4)(a0)
        sd      t0, FRAME_X(5)(a0)
        sd      t1, FRAME_X(6)(a0)
        sd      t2, FRAME_X(7)(a0)
        sd      s0, FRAME_X(8)(a0)
        sd      s1, FRAME_X(9)(a0)
        csrrw   t0, sscratch, zero
        csrr    t1, sepc
        csrr    t2, sstatus
        sd      t0, FRAME_X(10)(a0)
        sd      a1, FRAME_X(11)(a0)
        sd      a2, FRAME_X(12)(a0)
        sd      a3, FRAME_X(13)(a0)
        sd      a4, FRAME_X(14)(a0)
        sd      a5, FRAME_X(15)(a0)
        sd      a6, FRAME_X(16)(a0)
        sd      a7, FRAME_X(17)(a0)
        sd      s2, FRAME_X(18)(a0)
        sd      s3, FRAME_X(19)(a0)
        sd      s4, FRAME_X(20)(a0)
        sd      s5, FRAME_X(21)(a0)
        sd      s6, FRAME_X(22)(a0)
        sd      s7, FRAME_X(23)(a0)
        sd      s8, FRAME_X(24)(a0)
        sd      s9, FRAME_X(25)(a0)
        sd      s10, FRAME_X(26)(a0)
        sd      s11, FRAME_X(27)(a0)
        sd      t3, FRAME_X(28)(a0)
        sd      t4, FRAME_X(29)(a0)
        sd      t5, FRAME_X(30)(a0)
        sd      t6, FRAME_X(31)(a0)
        sd      t1, FRAME_PC(a0)
        sd      t2, FRAME_STATUS(a0)
        csrr    t0, scause
        csrr    t1, stval
        sd      t0, FRAME_CAUSE(a0)
        sd      t1, FRAME_TVAL(a0)
        ld      tp, FRAME_CPU(a0)
        ld      sp, CPU_STACK(tp)
        li      s0, 0
        call    machine_trap

/* Enters user mode with the frame in a0. */
        .globl  machine_resume
machine_resume:
        sd      tp, FRAME_CPU(a0)
        csrw    sscratch, a0
        ld      t0, FRAME_PC(a0)
        ld      t1, FRAME_STATUS(a0)
        csrw    sepc, t0
        csrw    sstatus, t1
        ld      ra, FRAME_X(1)(a0)
        ld      sp, FRAME_X(2)(a0)
        ld      gp, FRAME_X(3)(a0)
        ld      tp, FRAME_X(4)(a0)
        ld      t0, FRAME_X(5)(a0)
        ld      t1, FRAME_X(6)(a0)
        ld      t2, FRAME_X(7)(a0)
        ld      s0, FRAME_X(8)(a0)
        ld      s1, FRAME_X(9)(a0)
        ld      a1, FRAME_X(11)(a0)
        ld      a2, FRAME_X(12)(a0)
        ld      a3, FRAME_X(13)(a0)
        ld      a4, FRAME_X(14)(a0)
        ld      a5, FRAME_X(15)(a0)
        ld      a6, FRAME_X(16)(a0)
        ld      a7, FRAME_X(17)(a0)
        ld      s2, FRAME_X(18)(a0)
        ld      s3, FRAME_X(19)(a0)
        ld      s4, FRAME_X(20)(a0)
        ld      s5, FRAME_X(21)(a0)
        ld      s6, FRAME_X(22)(a0)
        ld      s7, FRAME_X(23)(a0)
        ld      s8, FRAME_X(24)(a0)
        ld      s9, FRAME_X(25)(a0)
        ld      s10, FRAME_X(26)(a0)
        ld      s11, FRAME_X(27)(a0)
        ld      t3, FRAME_X(28)(a0)
        ld      t4, FRAME_X(29)(a0)
        ld      t5, FRAME_X(30)(a0)
        ld      t6, FRAME_X(31)(a0)
        ld      a0, FRAME_X(10)(a0)
        sret

/*
 * Where traps go on a machine with one hart: the same, but a system call first
 * tries to hand the hart over at once. Of the registers it then takes only
 * what the system call keeps (<l4/sys/arch/riscv/syscall.h>) and its arguments;
 * the others' places in the frame have what was there, the thread's own.
 */
.macro KEPT op
        \op     ra, FRAME_X(1)(t0)
        \op     sp, FRAME_X(2)(t0)
        \op     gp, FRAME_X(3)(t0)
        .irp n, 0, 1
        \op     s\n, FRAME_X(8 + \n)(t0)
        .endr
        .irp n, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
        \op     s\n, FRAME_X(16 + \n)(t0)
        .endr
        \op     tp, FRAME_X(4)(t0)
.endm

        .p2align 2
        .globl  call_entry
call_entry:
        csrrw   t0, sscratch, t0
        beqz    t0, kernel_trap
        sd      t1, FRAME_X(6)(t0)
        csrr    t1, scause
        addi    t1, t1, -CAUSE_ECALL
        bnez    t1, 1f
        KEPT    sd
        sd      a0, FRAME_X(10)(t0)
        sd      a1, FRAME_X(11)(t0)
        sd      a2, FRAME_X(12)(t0)
        sd      a3, FRAME_X(13)(t0)
        csrw    sscratch, zero
        csrr    t1, sepc
        addi    t1, t1, 4
        sd      t1, FRAME_PC(t0)
        ld      tp, FRAME_CPU(t0)
        ld      sp, CPU_STACK(tp)
        mv      s0, t0
        call    core_handover
        beqz    a0, 2f
        ld      t1, CPU_FPU(tp)
        beq     t1, a0, 3f      /* one of them has values in the */
        beq     t1, s0, 3f      /* floating-point registers */
        /* To user mode, where a0 and a3 are the result. What the kernel left
         * in the others is not for users. */
        mv      t0, a0
        csrw    sscratch, t0
        ld      t1, FRAME_PC(t0)
        csrw    sepc, t1
        KEPT    ld
        ld      a0, FRAME_X(10)(t0)
        ld      a3, FRAME_X(13)(t0)
        .irp r, t0, t1, t2, t3, t4, t5, t6, a1, a2, a4, a5, a6, a7
        li      \r, 0
        .endr
        sret
1:      ld      t1, FRAME_X(6)(t0)
        csrrw   t0, sscratch, t0
        j       trap_entry
2:      call    machine_syscall
        j       machine_resume
3:      mv      s1, a0
        call    machine_load_fpu
        mv      a0, s1
        j       machine_resume

/* The floating-point registers to and from a frame. */
        .option arch, +f, +d
        .globl  fpu_save
fpu_save:
        li      t0, STATUS_FS
        csrs    sstatus, t0
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        fsd     f\n, FRAME_F(\n)(a0)
        .endr
        frcsr   t1
        sd      t1, FRAME_FCSR(a0)
        csrc    sstatus, t0
        ret

        .globl  fpu_load
fpu_load:
        li      t0, STATUS_FS
        csrs    sstatus, t0
        .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, \
                18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
        fld     f\n, FRAME_F(\n)(a0)
        .endr
        ld      t1, FRAME_FCSR(a0)
        fscsr   t1
        csrc    sstatus, t0
        ret

        .bss
        .p2align 12
        .globl  boot_table
boot_table:
        .skip   4096
quiet_info:
        .skip   INFO_SIZE
        .p2align 4
        .globl  boot_stack
boot_stack:
        .skip   STACK_SIZE
        .globl  boot_stack_end
boot_stack_end:
