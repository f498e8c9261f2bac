/*
 * The way into user code and back, x86-64.
 *
 * hw_cpu_enter() is a coroutine switch: it leaves the host's callee-saved
 * registers on the host stack and jumps to user code; each entry below is
 * where user code jumps to (user_abi.h), saves the user's callee-saved
 * registers, and returns from hw_cpu_enter() with the door's number:
 *
 *   hw_cpu_run --> hw_cpu_enter ==> user code ... call stub
 *       ^                                            |
 *       +------ ret, eax = DOOR_* <== entry <== jmp *%gs:entry
 *
 * GS base points to the CPU block all the time; FS base is the user's in
 * between if the thread has a thread pointer, and after a system call if it
 * is lent (cpu_tp.h). Registers a call may clobber
 * are cleared on the way in, so that no host value reaches user code.
 */
#include "cpu_offsets.h"

#define MXCSR_DEFAULT 0x1f80
#define MXCSR_STICKY  0x3f
#define FCW_DEFAULT   0x37f
#define FLAG_TF       0x100
#define FLAGS_RESET   0x40500           /* AC, DF, TF */
#define XSAVE_MAGIC   0x46505853
#define XSAVE_SW      464
#define ARCH_SET_FS   0x1002
#define NR_arch_prctl 158

        .text
        .globl hw_cpu_text, hw_cpu_text_end
hw_cpu_text:

/* int hw_cpu_enter(struct hw_user_block *rdi, struct hw_regs *rsi) */
        .globl hw_cpu_enter
        .type hw_cpu_enter, @function
        .p2align 5
hw_cpu_enter:
        .cfi_startproc
        push    %rbp
        push    %rbx
        push    %r12
        push    %r13
        push    %r14
        push    %r15
        .cfi_def_cfa_offset 56
        .cfi_offset rbp, -16
        .cfi_offset rbx, -24
        .cfi_offset r12, -32
        .cfi_offset r13, -40
        .cfi_offset r14, -48
        .cfi_offset r15, -56
        mov     %rsp, BLOCK_HOST_SP(%rdi)
        mov     %rsi, BLOCK_REGS(%rdi)
        movl    $1, BLOCK_IN_USER(%rdi)
        mov     REGS_TP(%rsi), %rax
        test    %rax, %rax
        cmovz   BLOCK_HOST_TP(%rdi), %rax
        cmp     BLOCK_TP(%rdi), %rax
        jne     .Ltp_load
.Ltp_loaded:
        cmpq    $0, REGS_CONTROL(%rsi)
        jne     .Lcontrol_load
.Lcontrol_loaded:
        cmpb    $0, REGS_FULL(%rsi)
        jne     .Lfull
        mov     REGS_RBX(%rsi), %rbx
        mov     REGS_RBP(%rsi), %rbp
        mov     REGS_R12(%rsi), %r12
        mov     REGS_R13(%rsi), %r13
        mov     REGS_R14(%rsi), %r14
        mov     REGS_R15(%rsi), %r15
        mov     REGS_RSP(%rsi), %rsp
        mov     REGS_RIP(%rsi), %r11
        mov     REGS_RAX(%rsi), %rax
        mov     REGS_RDX(%rsi), %rdx
        mov     REGS_RDI(%rsi), %rdi
        mov     REGS_RSI(%rsi), %rsi
        xor     %ecx, %ecx
        xor     %r8d, %r8d
        xor     %r9d, %r9d
        xor     %r10d, %r10d
        jmp     *%r11

.Ltp_load:
        mov     %rax, BLOCK_TP(%rdi)
        cmpl    $0, BLOCK_FAST_TP(%rdi)
        je      1f
        wrfsbase %rax
        jmp     .Ltp_loaded
1:      mov     %rdi, %rbx
        mov     %rsi, %rbp
        mov     %rax, %rsi
        mov     $ARCH_SET_FS, %edi
        mov     $NR_arch_prctl, %eax
        syscall
        mov     %rbx, %rdi
        mov     %rbp, %rsi
        jmp     .Ltp_loaded

.Lcontrol_load:
        ldmxcsr REGS_CONTROL(%rsi)
        fldcw   REGS_CONTROL+4(%rsi)
        jmp     .Lcontrol_loaded

/* All registers. The last step may use no register, hence the slot. */
.Lfull:
        mov     REGS_RIP(%rsi), %rax
        mov     %rax, BLOCK_JUMP(%rdi)
        mov     REGS_FPU(%rsi), %rcx
        test    %rcx, %rcx
        jz      2f
        cmpl    $XSAVE_MAGIC, XSAVE_SW(%rcx)
        jne     1f
        mov     XSAVE_SW+8(%rcx), %eax
        mov     XSAVE_SW+12(%rcx), %edx
        xrstor64 (%rcx)
        jmp     2f
1:      fxrstor64 (%rcx)
2:      pushq   REGS_RFLAGS(%rsi)
        popfq
        mov     REGS_RBX(%rsi), %rbx
        mov     REGS_RBP(%rsi), %rbp
        mov     REGS_R12(%rsi), %r12
        mov     REGS_R13(%rsi), %r13
        mov     REGS_R14(%rsi), %r14
        mov     REGS_R15(%rsi), %r15
        mov     REGS_RAX(%rsi), %rax
        mov     REGS_RCX(%rsi), %rcx
        mov     REGS_RDX(%rsi), %rdx
        mov     REGS_RDI(%rsi), %rdi
        mov     REGS_R8(%rsi), %r8
        mov     REGS_R9(%rsi), %r9
        mov     REGS_R10(%rsi), %r10
        mov     REGS_R11(%rsi), %r11
        mov     REGS_RSP(%rsi), %rsp
        mov     REGS_RSI(%rsi), %rsi
        jmp     *%gs:BLOCK_JUMP

/* The doors. r11: return address into the program. */
        .globl hw_cpu_entry_syscall_fpu
        .p2align 4
hw_cpu_entry_syscall_fpu:
        mov     %gs:BLOCK_REGS, %r10
        mov     %rax, REGS_RAX(%r10)
        mov     %rdx, REGS_RDX(%r10)
        mov     %rsi, REGS_RSI(%r10)
        mov     %rdi, REGS_RDI(%r10)
        mov     %r8, REGS_R8(%r10)
        mov     %gs:CPU_FPU, %rcx
        cmpl    $XSAVE_MAGIC, XSAVE_SW(%rcx)
        jne     1f
        mov     XSAVE_SW+8(%rcx), %eax
        mov     XSAVE_SW+12(%rcx), %edx
        xsave64 (%rcx)
        jmp     2f
1:      fxsave64 (%rcx)
2:      emms                            /* the C library's x87 is empty */
        mov     $DOOR_SYSCALL_FPU, %eax
        jmp     .Ltrap

        .globl hw_cpu_entry_syscall
        .p2align 5
hw_cpu_entry_syscall:
        mov     %gs:BLOCK_REGS, %r10
        mov     %rax, REGS_RAX(%r10)
        mov     %rdx, REGS_RDX(%r10)
        mov     %rsi, REGS_RSI(%r10)
        mov     %rdi, REGS_RDI(%r10)
        mov     %r8, REGS_R8(%r10)
        mov     $DOOR_SYSCALL, %eax

/* r10: regs, eax: door */
.Ltrap:
        mov     %rbx, REGS_RBX(%r10)
        mov     %rbp, REGS_RBP(%r10)
        mov     %r12, REGS_R12(%r10)
        mov     %r13, REGS_R13(%r10)
        mov     %r14, REGS_R14(%r10)
        mov     %r15, REGS_R15(%r10)
        mov     %r11, REGS_RIP(%r10)
        mov     %rsp, REGS_RSP(%r10)
        mov     %gs:BLOCK_HOST_SP, %rsp
        pushfq
        testl   $FLAGS_RESET, (%rsp)
        jnz     .Lflags_reset
.Lflags_clean:
        pop     %rcx
        mov     %gs:BLOCK_HOST_TP, %rcx
        cmp     %gs:BLOCK_TP, %rcx
        jne     .Ltp_restore
.Ltp_restored:
        stmxcsr -8(%rsp)
        mov     -8(%rsp), %ecx
        fnstcw  -4(%rsp)
        or      $MXCSR_STICKY, %ecx
        cmp     $(MXCSR_DEFAULT | MXCSR_STICKY), %ecx
        jne     .Lcontrol_save
        cmpw    $FCW_DEFAULT, -4(%rsp)
        jne     .Lcontrol_save
        movq    $0, REGS_CONTROL(%r10)
.Lcontrol_saved:
        movw    $0, REGS_FULL(%r10)     /* and `kept` */
        movl    $0, %gs:BLOCK_IN_USER
.Lreturn:
        pop     %r15
        pop     %r14
        pop     %r13
        pop     %r12
        pop     %rbx
        pop     %rbp
        ret
        .cfi_endproc

.Lflags_reset:
        testl   $FLAG_TF, (%rsp)
        jz      1f
        or      $DOOR_STEPPED, %eax
1:      andl    $~FLAGS_RESET, (%rsp)
        popfq
        push    %rcx
        jmp     .Lflags_clean

/* rcx: the host's. After a system call it may wait (hw_cpu_take_tp). */
.Ltp_restore:
        test    %eax, %eax
        jnz     1f
        cmpl    $0, %gs:BLOCK_LEND_TP
        jne     .Ltp_restored
1:      mov     %rcx, %gs:BLOCK_TP
        cmpl    $0, %gs:BLOCK_FAST_TP
        je      2f
        wrfsbase %rcx
        jmp     .Ltp_restored
2:      mov     %eax, %ebx
        mov     %rcx, %rsi
        mov     $ARCH_SET_FS, %edi
        mov     $NR_arch_prctl, %eax
        syscall
        mov     %ebx, %eax
        jmp     .Ltp_restored

/* -8: MXCSR, -4: x87 control word, as REGS_CONTROL keeps them. */
.Lcontrol_save:
        movw    $0, -2(%rsp)
        mov     -8(%rsp), %rcx
        mov     %rcx, REGS_CONTROL(%r10)
        movabs  $(MXCSR_DEFAULT | FCW_DEFAULT << 32), %rcx
        mov     %rcx, -8(%rsp)
        ldmxcsr -8(%rsp)
        fldcw   -4(%rsp)
        jmp     .Lcontrol_saved

        .globl hw_cpu_entry_access
        .p2align 4
hw_cpu_entry_access:
        mov     %gs:BLOCK_REGS, %r10
        mov     %rdi, REGS_RDI(%r10)
        mov     %rsi, REGS_RSI(%r10)
        mov     %rdx, REGS_RDX(%r10)
        mov     $DOOR_ACCESS, %eax
        jmp     .Ltrap

        .globl hw_cpu_entry_step
        .p2align 4
hw_cpu_entry_step:
        mov     %gs:BLOCK_REGS, %r10
        mov     $DOOR_STEP, %eax
        jmp     .Ltrap

        .globl hw_cpu_entry_mmio
        .p2align 4
hw_cpu_entry_mmio:
        mov     %gs:BLOCK_REGS, %r10
        mov     %rdi, REGS_RDI(%r10)
        mov     %rsi, REGS_RSI(%r10)
        mov     %rdx, REGS_RDX(%r10)
        mov     %rcx, REGS_RCX(%r10)
        mov     $DOOR_MMIO, %eax
        jmp     .Ltrap

/* A signal handler has saved everything and returned here, rsp: the host
 * stack as hw_cpu_enter() left it. */
        .globl hw_cpu_entry_signal
        .p2align 4
hw_cpu_entry_signal:
        mov     $DOOR_SIGNAL, %eax
        jmp     .Lreturn

hw_cpu_text_end:
        .size hw_cpu_enter, . - hw_cpu_enter
        .section .note.GNU-stack, "", @progbits
