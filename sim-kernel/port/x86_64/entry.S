/*
 * The first instructions, and the way in and out of user mode.
 *
 *   boot loader --_start--> main_boot(start info) --> machine_resume
 *   user --stub or syscall--> machine_trap(frame) --> machine_resume
 *        --syscall, one CPU--> core_handover() --next frame--> user
 *
 * Whenever user code runs, the task-state segment's stack for traps is the
 * end of the thread's frame: the CPU itself pushes ss, sp, flags, cs, ip into
 * it, and what follows pushes the rest.
 *
 * Source: Intel SDM volume 3, chapters 4-6 and 10 (9.8: going to long mode);
 * Xen's "x86/HVM direct boot ABI" (PVH).
 */
#include "layout.h"

#define PHYS(symbol) (symbol - KERNEL_OFFSET)

#define MSR_EFER     0xc0000080
#define EFER_LONG    0x901      /* long mode, syscall, no-execute */
#define MSR_FS_BASE  0xc0000100
#define MSR_GS_BASE  0xc0000101
#define MSR_USER_GS  0xc0000102 /* what SWAPGS brings */
#define CR4_PAE      0x20
#define OTHER_CS     0x18       /* a CPU on its way to long mode */
#define CR0_BOOT     0x80010033 /* paging, write protect, FPU errors, ET */

        .section .note.pvh, "a", @note
        .p2align 2
        .long   4, 8, 18                /* name, value, PHYS32_ENTRY */
        .asciz  "Xen"
        .quad   PHYS(_start)

        .section .text.entry, "ax", @progbits
        .code32
        .globl  _start
_start:                         /* ebx: start info; 32 bits, no paging */
        cli
        mov     $PHYS(boot_stack_end), %esp
        /* The first gigabyte at its place and at KERNEL_OFFSET. */
        mov     $PHYS(boot_pages), %edi
        mov     $0x83, %eax             /* present, writable, 2 MiB */
1:      mov     %eax, (%edi)
        add     $0x200000, %eax
        add     $8, %edi
        cmp     $PHYS(boot_pages) + 4096, %edi
        jne     1b
        movl    $PHYS(boot_pages) + 3, PHYS(boot_middle)
        movl    $PHYS(boot_middle) + 3, PHYS(boot_table)
        movl    $PHYS(boot_middle) + 3, PHYS(boot_table) + 511 * 8
        mov     $PHYS(boot_table), %eax
        call    enter_long
        ljmp    $KERNEL_CS, $PHYS(2f)
        .code64
2:      movabs  $boot_high, %rax
        jmp     *%rax

        /* Table of address spaces in eax. */
        .code32
        .globl  enter_long
enter_long:
        mov     %eax, %cr3
        mov     $CR4_PAE, %eax
        mov     %eax, %cr4
        mov     $MSR_EFER, %ecx
        mov     $EFER_LONG, %eax
        xor     %edx, %edx
        wrmsr
        mov     $CR0_BOOT, %eax
        mov     %eax, %cr0
        lgdt    PHYS(boot_gdt_at)
        ret

        .code64
boot_high:
        movabs  $boot_stack_end, %rsp
        lea     machine_cpus(%rip), %rax        /* cpu 0 */
        call    take_cpu
        mov     %ebx, %edi
        call    main_boot

other_high:
        mov     start_other_cpu(%rip), %rax
        mov     CPU_STACK(%rax), %rsp
        call    take_cpu
        call    main_other

/* This CPU's struct is at rax; no segment is used from now on. */
take_cpu:
        mov     %rax, CPU_SELF(%rax)
        xor     %edx, %edx
        mov     %edx, %ss
        mov     %edx, %ds
        mov     %edx, %es
        mov     %edx, %fs
        mov     %edx, %gs
        mov     %rax, %rdx
        shr     $32, %rdx
        mov     $MSR_GS_BASE, %ecx
        wrmsr
        xor     %ebp, %ebp
        ret

/* Another CPU begins here, on a copy below 1 MiB: 16 bits, no paging. */
        .code16
        .globl  start_other, start_other_end
start_other:
        cli
        mov     %cs, %ax
        mov     %ax, %ds
        lgdtl   %ds:(other_gdt_at - start_other)
        mov     %cr0, %eax
        or      $1, %eax
        mov     %eax, %cr0
        ljmpl   $OTHER_CS, $PHYS(other_32)
        .p2align 3
other_gdt_at:
        .word   OTHER_CS + 7
        .long   PHYS(boot_gdt)
start_other_end:

        .code32
other_32:
        mov     $KERNEL_SS, %eax
        mov     %eax, %ds
        mov     %eax, %es
        mov     %eax, %ss
        mov     $PHYS(boot_stack_end), %esp     /* nobody else's any more */
        mov     $PHYS(boot_table), %eax
        call    enter_long
        ljmp    $KERNEL_CS, $PHYS(3f)
        .code64
3:      movabs  $other_high, %rax
        jmp     *%rax

        .text
/* One stub per vector: makes the stack equal, with or without error code. */
        .p2align 4
        .globl  trap_stubs
trap_stubs:
        .set    n, 0
        .rept   VECTORS
        .p2align 4
        .if     n != 8 && (n < 10 || n > 14) && n != 17 && n != 21
        pushq   $0
        .endif
        pushq   $n
        jmp     trap_entry
        .set    n, n + 1
        .endr

        .p2align 4
trap_entry:
        testb   $3, 24(%rsp)            /* cs: who was hit? */
        jz      kernel_entry
        swapgs
entry_save:
        push    %rax
        push    %rcx
        push    %rdx
        push    %rbx
        mov     %cr2, %rax
        push    %rax
        push    %rbp
        push    %rsi
        push    %rdi
        push    %r8
        push    %r9
        push    %r10
        push    %r11
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        lea     -FRAME_R15(%rsp), %rdi
        mov     %gs:CPU_STACK, %rsp
        cld
        xor     %ebp, %ebp
        call    machine_trap
        mov     %rax, %rdi

/* Enters user mode with the frame in rdi. After a system call by SYSRET, for
 * which rcx and r11 are lost, else by IRET. */
        .globl  machine_resume
machine_resume:
        lea     FRAME_R15(%rdi), %rsp
        cmpq    $VECTOR_SYSCALL, FRAME_VECTOR(%rdi)
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %r11
        pop     %r10
        pop     %r9
        pop     %r8
        pop     %rdi
        pop     %rsi
        pop     %rbp
        pop     %rbx                    /* the address of a page fault */
        pop     %rbx
        pop     %rdx
        pop     %rcx
        pop     %rax
        jne     1f
        mov     16(%rsp), %rcx
        mov     32(%rsp), %r11
        mov     40(%rsp), %rsp
        swapgs
        sysretq
1:      add     $16, %rsp
        swapgs
        iretq

        .p2align 4
        .globl  syscall_entry
syscall_entry:
        swapgs
        mov     %rsp, %gs:CPU_SCRATCH
        mov     %gs:CPU_FRAME_END, %rsp
        pushq   $USER_SS
        pushq   %gs:CPU_SCRATCH
        push    %r11
        pushq   $USER_CS
        push    %rcx
        pushq   $0
        pushq   $VECTOR_SYSCALL
        jmp     entry_save

/*
 * A system call on a machine with one CPU first tries to hand the CPU over at
 * once. Of the registers it takes only what the system call keeps
 * (<l4/sys/arch/amd64/syscall.h>) and its arguments; the others' places in the
 * frame have what was there, the thread's own.
 *
 * What machine_load_fpu() and machine_switch() do is done here for the case
 * that nobody has the FPU. Both bases are written each time: user code can
 * spoil them by loading a selector.
 */
        .p2align 4
        .globl  call_entry
call_entry:
        swapgs
        mov     %gs:CPU_FRAME_END, %r9
        mov     %rcx, FRAME_IP - FRAME_END(%r9)
        mov     %r11, FRAME_FLAGS - FRAME_END(%r9)
        mov     %rsp, FRAME_SP - FRAME_END(%r9)
        mov     %gs:CPU_STACK, %rsp
        movq    $VECTOR_SYSCALL, FRAME_VECTOR - FRAME_END(%r9)
        mov     %rbx, FRAME_RBX - FRAME_END(%r9)
        mov     %rbp, FRAME_RBP - FRAME_END(%r9)
        mov     %r12, FRAME_R12 - FRAME_END(%r9)
        mov     %r13, FRAME_R13 - FRAME_END(%r9)
        mov     %r14, FRAME_R14 - FRAME_END(%r9)
        mov     %r15, FRAME_R15 - FRAME_END(%r9)
        mov     %rax, FRAME_RAX - FRAME_END(%r9)
        mov     %rdx, FRAME_RDX - FRAME_END(%r9)
        mov     %rsi, FRAME_RSI - FRAME_END(%r9)
        mov     %r8, FRAME_R8 - FRAME_END(%r9)
        mov     %rax, %rdi
        mov     %rdx, %rsi
        mov     %r8, %rdx
        xor     %ebp, %ebp
        call    core_handover
        test    %rax, %rax
        jz      call_undone
        mov     %rax, %rdi
        cmpq    $VECTOR_SYSCALL, FRAME_VECTOR(%rdi)
        jne     call_resume
        cmp     %rdi, %gs:CPU_FPU
        je      call_resume
        cmpb    $0, %gs:CPU_FPU_ON
        jne     call_resume
        mov     %rdi, %gs:CPU_LOADED
        lea     FRAME_END(%rdi), %rax
        mov     %rax, %gs:CPU_FRAME_END
        mov     FRAME_UTCB(%rdi), %rax
        mov     %gs:CPU_WORD, %rcx
        mov     %rax, (%rcx)
        mov     %gs:CPU_WORD_USER, %eax
        mov     $-1, %edx               /* it lies in the last 4 GiB */
        mov     $MSR_USER_GS, %ecx
        wrmsr
        mov     FRAME_TP(%rdi), %rax
        mov     %rax, %gs:CPU_TP
        mov     %rax, %rdx
        shr     $32, %rdx
        mov     $MSR_FS_BASE, %ecx
        wrmsr
        mov     FRAME_IP(%rdi), %rcx
        mov     FRAME_FLAGS(%rdi), %r11
        mov     FRAME_RBX(%rdi), %rbx
        mov     FRAME_RBP(%rdi), %rbp
        mov     FRAME_R12(%rdi), %r12
        mov     FRAME_R13(%rdi), %r13
        mov     FRAME_R14(%rdi), %r14
        mov     FRAME_R15(%rdi), %r15
        mov     FRAME_RSI(%rdi), %rsi
        mov     FRAME_SP(%rdi), %rsp
        mov     FRAME_RAX(%rdi), %rax
        /* What the kernel left in the rest is not for users. */
        xor     %edx, %edx
        xor     %edi, %edi
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        swapgs
        sysretq
call_undone:
        mov     %gs:CPU_FRAME_END, %rdi
        sub     $FRAME_END, %rdi
        call    machine_trap
        mov     %rax, %rdi
        jmp     machine_resume
call_resume:
        call    machine_handed_over
        mov     %rax, %rdi
        jmp     machine_resume

/* The kernel was hit. By an interrupt: it had opened the door (idle, or at a
 * preemption point); the door is closed again, the vector remembered. */
kernel_entry:
        cmpq    $VECTOR_LINE, (%rsp)
        jb      1f
        popq    %gs:CPU_WOKEN
        add     $8, %rsp
        andl    $~0x200, 16(%rsp)
        iretq
1:      mov     (%rsp), %rdi
        mov     8(%rsp), %rsi
        mov     16(%rsp), %rdx
        mov     %cr2, %rcx
        and     $-16, %rsp
        call    machine_kernel_trap
2:      hlt
        jmp     2b

        .data
        .p2align 3
boot_gdt:
        .quad   0
        .quad   0x00af9b000000ffff      /* KERNEL_CS: 64-bit code */
        .quad   0x00cf93000000ffff      /* KERNEL_SS */
        .quad   0x00cf9b000000ffff      /* OTHER_CS: 32-bit code */
boot_gdt_at:
        .word   boot_gdt_at - boot_gdt - 1
        .long   PHYS(boot_gdt)

        .globl  start_other_cpu
        .p2align 3
start_other_cpu:                /* who is being started */
        .quad   0

        .bss
        .p2align 12
boot_table:
        .skip   4096
boot_middle:
        .skip   4096
boot_pages:
        .skip   4096
boot_stack:
        .skip   STACK_SIZE
boot_stack_end:

        .section .note.GNU-stack, "", @progbits
