/*
 * A kernel of one page, to run a program of user level as a host process.
 *
 * The program is the real thing: instrumented, static PIE, our start code,
 * musl, our glue. Only the bottom is replaced: GS points to a CPU block
 * (hw-models/user_abi.h) whose entries lead here instead of into the CPU
 * model. Its TLB knows nothing, so every access comes here to be counted and
 * allowed. The system call understands what a program without an L4Re
 * environment does: write to the console and set its thread pointer. Every
 * other message is answered -ENOSYS. Memory and the program's end are taken
 * from the host (<vitrine/libc.h>'s groups).
 *
 *   host exec -> fake_start (GS, KIP) -> _start -> ... -> main
 *
 * Compiled without checks. x86-64 hosts only.
 */
#include "fake_kernel.h"
#include "user_abi.h"

#include <l4/sys/consts.h>
#include <l4/sys/err.h>
#include <l4/sys/kip.h>
#include <l4/sys/types.h>
#include <l4/sys/utcb.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <vitrine/libc.h>

#define ARCH_SET_GS         0x1001
#define ARCH_SET_FS         0x1002
#define OP_SET_SEGMENT_BASE 0x12

unsigned long fake_accesses, fake_steps, fake_messages;
char fake_console[4096];
unsigned long fake_console_used;

static union {
    l4_kernel_info_t kip;
    char page[L4_PAGESIZE]; /* without code: the clock is the field */
} info;
static struct {
    unsigned long words[128];
} utcb __attribute__((aligned(1024)));
static struct hw_user_block block;
static struct hw_tlb_entry tlb[HW_TLB_ENTRIES];

static long host(long n, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;

    __asm__ volatile("syscall"
                     : "+a"(n)
                     : "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return n;
}

/* First code of the process: what the kernel has ready for a program. */
__asm__(".globl fake_start\n"
        "fake_start:\n"
        "  xorl %ebp, %ebp\n"
        "  movq %rsp, %rbx\n"
        "  andq $-16, %rsp\n"
        "  call fake_boot\n"
        "  movq %rax, %rdi\n"
        "  leaq zero_block(%rip), %rsp\n"
        "  movq (%rsp), %rsp\n"
        "  jmp _start\n");

/* A root task's start block: eight zero words at the stack pointer. */
static unsigned long stack[16384] __attribute__((aligned(16)));
unsigned long *zero_block;

extern char fake_syscall[], fake_access[], fake_step[];
void *fake_boot(void);
void *fake_boot(void)
{
    zero_block = stack + 16384 - 8;
    info.kip.clock = 5000000;
    /* One by one, as written: before GS is set nothing checked may be called
     * (a compiler makes a memset of more), and before the program relocated
     * itself no table of addresses may be read. The TLB knows no page 0. */
    volatile struct hw_user_block *b = &block;
    b->utcb = (uint64_t)&utcb;
    b->budget = -1; /* every step goes the slow way */
    b->tlb = tlb;
    b->entry_syscall = fake_syscall;
    b->entry_access = fake_access;
    b->entry_step = fake_step;
    host(SYS_arch_prctl, ARCH_SET_GS, (long)&block, 0, 0, 0, 0);
    return &info;
}

/* Entries of the CPU block: jumped to, with the return address in r11. */
__asm__("fake_access:\n"
        "  incq fake_accesses(%rip)\n"
        "  jmp *%r11\n"
        "fake_step:\n"
        "  incq fake_steps(%rip)\n"
        "  jmp *%r11\n"
        "fake_syscall:\n"
        "  pushq %rbp\n"
        "  movq %rsp, %rbp\n"
        "  pushq %r11\n"
        "  andq $-16, %rsp\n"
        "  movq %rax, %rdi\n"
        "  call fake_ipc\n"
        "  movq -8(%rbp), %r11\n"
        "  movq %rbp, %rsp\n"
        "  popq %rbp\n"
        "  jmp *%r11\n");

static long answer(long error)
{
    return (long)((unsigned long)error << 16);
}

static void append_console(const char *text, unsigned long size)
{
    for (unsigned long i = 0; i < size; i++)
        if (fake_console_used < sizeof fake_console - 1)
            fake_console[fake_console_used++] = text[i];
    host(SYS_write, 1, (long)text, size, 0, 0, 0);
}

/* The result tag. The message is in the UTCB. */
long fake_ipc(unsigned long tag, unsigned long label, unsigned long dest);
long fake_ipc(unsigned long tag, unsigned long label, unsigned long dest)
{
    unsigned long *mr = utcb.words;
    long protocol = (long)tag >> 16;

    (void)label;
    fake_messages++;
    if ((dest & L4_CAP_MASK) == L4_INVALID_CAP) { /* sleep */
        info.kip.clock += 1000;
        utcb.words[123] = 3;
        return 0x8000;
    }
    if (protocol == L4_PROTO_LOG && (mr[0] & 0xffff) == 0) {
        append_console((const char *)(mr + 2), mr[1]);
        return 0;
    }
    if (protocol == L4_PROTO_THREAD && (mr[0] & 0xff) == OP_SET_SEGMENT_BASE) {
        host(SYS_arch_prctl, ARCH_SET_FS, mr[1], 0, 0, 0, 0);
        return 0;
    }
    return answer(-L4_ENOSYS);
}

int vitrine_pages_map(void **ret_address, unsigned long size)
{
    long address = host(SYS_mmap, 0, size, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (address < 0 && address > -4096)
        return address;
    *ret_address = (void *)address;
    return 0;
}

/* A mapping of the host's, there and nowhere else. */
static int host_map_at(void *address, unsigned long size, int prot)
{
    long at = host(SYS_mmap, (long)address, size, prot,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    return at == (long)address ? 0 : -L4_ENOMEM;
}

int vitrine_pages_map_at(void *address, unsigned long size)
{
    return host_map_at(address, size, PROT_READ | PROT_WRITE);
}

int vitrine_pages_reserve_at(void *address, unsigned long size)
{
    return host_map_at(address, size, PROT_NONE);
}

int vitrine_pages_protect(void *address, unsigned long size, int prot)
{
    return host(SYS_mprotect, (long)address, size, prot, 0, 0, 0);
}

int vitrine_pages_unmap(void *address, unsigned long size)
{
    return host(SYS_munmap, (long)address, size, 0, 0, 0, 0);
}

int vitrine_pages_reserve(void **ret_address, unsigned long size)
{
    long address =
        host(SYS_mmap, 0, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    *ret_address = (void *)address;
    return 0;
}

int vitrine_pages_commit(void *address, unsigned long size)
{
    return host(SYS_mprotect, (long)address, size, PROT_READ | PROT_WRITE, 0, 0,
                0);
}

int vitrine_pages_release(void *address, unsigned long size)
{
    return host(SYS_munmap, (long)address, size, 0, 0, 0, 0);
}

_Noreturn void vitrine_program_end(int code)
{
    for (;;)
        host(SYS_exit_group, code, 0, 0, 0, 0, 0);
}
