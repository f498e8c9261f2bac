/*
 * The aarch64 way into the simulator, run under qemu-user: registers of the
 * system call, values that live across it, the UTCB through x18.
 *
 * A program of its own (TAP on stdout), because Criterion is not there for
 * foreign architectures. Built with -DVITRINE_SIM -ffixed-x18.
 */
#include <l4/sys/ipc.h>
#include <stdio.h>

static l4_umword_t utcb[L4_UTCB_OFFSET / sizeof(l4_umword_t)];
static void *block[32] = {utcb};

/* What the stub saw on entry, in x0 to x3. */
l4_umword_t seen[4];

/* Records x0-x3, answers tag 0x70000 and label 0x1230, spoils the rest. */
__asm__(".text\n"
        ".globl l4_vitrine_sim_syscall\n"
        "l4_vitrine_sim_syscall:\n"
        "    adrp x9, seen\n"
        "    add x9, x9, :lo12:seen\n"
        "    stp x0, x1, [x9]\n"
        "    stp x2, x3, [x9, #16]\n"
        "    mov x0, #0x70000\n"
        "    mov x3, #0x1230\n"
        "    mov x1, #0xbad\n"
        "    mov x2, x1\n"
        "    .irp n, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17\n"
        "    mov x\\n, x1\n"
        "    .endr\n"
        "    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22\n"
        "    dup v\\n\\().2d, x1\n"
        "    .endr\n"
        "    ret\n");

static int failed, count;

static void check(int ok, const char *name)
{
    printf("%sok %d - %s\n", ok ? "" : "not ", ++count, name);
    failed |= !ok;
}

int main(void)
{
    volatile l4_umword_t seed = 3;
    volatile double fseed = 1.5;
    __asm__ __volatile__("mov x18, %0" : : "r"(block));

    l4_umword_t a = seed * 7, b = seed * 11, c = seed * 13, d = seed * 17;
    double x = fseed * 2, y = fseed * 4;
    l4_umword_t label = 0;
    l4_msgtag_t t =
        l4_ipc_send_and_wait(0x21000, l4_utcb(), l4_msgtag(5, 2, 0, 0), &label,
                             L4_IPC_SEND_TIMEOUT_0);
    check(seen[0] == 0x50002, "x0 is the tag");
    check(seen[1] == 0x21007, "x1 is destination and flags");
    check(seen[2] == 0x04000000, "x2 is the timeouts");
    check(seen[3] == 0, "x3 is the label");
    check(l4_msgtag_label(t) == 7, "x0 is the result tag");
    check(label == 0x1230, "x3 is the sender's label");
    check(a + b + c + d == 3 * 48, "values survive in registers");
    check(x + y == 9.0, "floating-point values survive");
    check((void *)l4_utcb() == (void *)utcb, "UTCB through x18");
    printf("1..%d\n", count);
    return failed;
}
