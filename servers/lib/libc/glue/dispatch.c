/*
 * Where every system call of the C library arrives: a table.
 *
 * musl speaks to a Linux kernel; ours has one system call, IPC. The number
 * picks a function of this library, which does the work with capabilities the
 * program has. Numbers differ between architectures and some old calls exist
 * only on x86-64, hence the few #ifdefs in the table.
 *
 * Source: Linux' system-call numbers as musl's <sys/syscall.h> has them.
 */
#include "signals.h"

#include <sys/syscall.h>

long __vitrine_syscall(long n, long a, long b, long c, long d, long e,
                       long f) GLUE_HIDDEN;

static libc_call *const table[] = {
    /* memory */
    [SYS_mmap] = call_mmap,
    [SYS_munmap] = call_munmap,
    [SYS_mprotect] = call_mprotect,
    [SYS_mremap] = call_mremap,
    [SYS_brk] = call_brk,
    [SYS_madvise] = call_madvise,
    [SYS_msync] = call_msync,

    /* threads */
    [SYS_set_tid_address] = call_set_tid_address,
    [SYS_gettid] = call_gettid,
    [SYS_exit] = call_exit,
    [SYS_set_robust_list] = call_set_robust_list,
    [SYS_get_robust_list] = call_get_robust_list,
    [SYS_futex] = call_futex,
    [SYS_sched_yield] = call_sched_yield,
    [SYS_sched_setscheduler] = call_sched_setscheduler,
    [SYS_sched_setparam] = call_sched_setparam,
    [SYS_sched_getscheduler] = call_sched_getscheduler,
    [SYS_sched_getparam] = call_sched_getparam,
    [SYS_sched_setaffinity] = call_sched_setaffinity,
    [SYS_sched_getaffinity] = call_sched_getaffinity,
    [SYS_sched_get_priority_max] = call_sched_priority_max,
    [SYS_sched_get_priority_min] = call_sched_priority_min,

    /* time */
    [SYS_clock_gettime] = call_clock_gettime,
    [SYS_clock_getres] = call_clock_getres,
    [SYS_nanosleep] = call_nanosleep,
    [SYS_clock_nanosleep] = call_clock_nanosleep,

/* console and files */
#ifdef SYS_open
    [SYS_open] = call_open,
    [SYS_stat] = call_stat,
    [SYS_lstat] = call_lstat,
    [SYS_link] = call_link,
    [SYS_symlink] = call_symlink,
    [SYS_chmod] = call_chmod,
    [SYS_access] = call_access,
    [SYS_mkdir] = call_mkdir,
    [SYS_unlink] = call_unlink,
    [SYS_rmdir] = call_rmdir,
    [SYS_rename] = call_rename,
    [SYS_readlink] = call_readlink,
    [SYS_dup2] = call_dup2,
    [SYS_pipe] = call_pipe,
    [SYS_poll] = call_poll,
    [SYS_select] = call_select,
#endif
#ifdef SYS_renameat
    [SYS_renameat] = call_renameat,
#endif
    [SYS_renameat2] = call_renameat2,
    [SYS_openat] = call_openat,
    [SYS_newfstatat] = call_newfstatat,
    [SYS_faccessat] = call_faccessat,
    [SYS_mkdirat] = call_mkdirat,
    [SYS_unlinkat] = call_unlinkat,
    [SYS_readlinkat] = call_readlinkat,
    [SYS_linkat] = call_linkat,
    [SYS_symlinkat] = call_symlinkat,
    [SYS_fchmodat] = call_fchmodat,
    [SYS_utimensat] = call_utimensat,
    [SYS_statfs] = call_statfs,
    [SYS_sync] = call_sync,
    [SYS_truncate] = call_truncate,
    [SYS_chdir] = call_chdir,
    [SYS_fchdir] = call_fchdir,
    [SYS_getcwd] = call_getcwd,
    [SYS_umask] = call_umask,
    [SYS_close] = call_close,
    [SYS_dup] = call_dup,
    [SYS_dup3] = call_dup3,
    [SYS_read] = call_read,
    [SYS_readv] = call_readv,
    [SYS_pread64] = call_pread,
    [SYS_write] = call_write,
    [SYS_writev] = call_writev,
    [SYS_pwrite64] = call_pwrite,
    [SYS_lseek] = call_lseek,
    [SYS_ioctl] = call_ioctl,
    [SYS_fcntl] = call_fcntl,
    [SYS_fstat] = call_fstat,
    [SYS_ftruncate] = call_ftruncate,
    [SYS_fsync] = call_fsync,
    [SYS_fdatasync] = call_fsync,
    [SYS_getdents64] = call_getdents,
    [SYS_pipe2] = call_pipe2,
    [SYS_ppoll] = call_ppoll,
    [SYS_pselect6] = call_pselect,

    /* sockets */
    [SYS_socket] = call_socket,
    [SYS_bind] = call_bind,
    [SYS_listen] = call_listen,
    [SYS_accept] = call_accept,
    [SYS_accept4] = call_accept4,
    [SYS_connect] = call_connect,
    [SYS_shutdown] = call_shutdown,
    [SYS_getsockname] = call_getsockname,
    [SYS_getpeername] = call_getpeername,
    [SYS_sendto] = call_sendto,
    [SYS_recvfrom] = call_recvfrom,
    [SYS_sendmsg] = call_sendmsg,
    [SYS_recvmsg] = call_recvmsg,
    [SYS_setsockopt] = call_setsockopt,
    [SYS_getsockopt] = call_getsockopt,

    /* process */
    [SYS_exit_group] = call_exit_group,
    [SYS_wait4] = call_wait4,
    [SYS_waitid] = call_waitid,
    [SYS_getpid] = call_getpid,
    [SYS_getppid] = call_getppid,
    [SYS_getuid] = call_zero,
    [SYS_geteuid] = call_zero,
    [SYS_getgid] = call_zero,
    [SYS_getegid] = call_zero,
    [SYS_uname] = call_uname,

/* signals and timers */
#ifdef SYS_pause
    [SYS_pause] = call_pause,
#endif
    [SYS_kill] = call_kill,
    [SYS_tkill] = call_tkill,
    [SYS_tgkill] = call_tgkill,
    [SYS_rt_sigaction] = call_sigaction,
    [SYS_rt_sigprocmask] = call_sigprocmask,
    [SYS_rt_sigpending] = call_sigpending,
    [SYS_rt_sigsuspend] = call_sigsuspend,
    [SYS_rt_sigtimedwait] = call_sigtimedwait,
    [SYS_rt_sigqueueinfo] = call_sigqueueinfo,
    [SYS_sigaltstack] = call_sigaltstack,
    [SYS_setitimer] = call_setitimer,
    [SYS_getitimer] = call_getitimer,
    [SYS_timer_create] = call_timer_create,
    [SYS_timer_settime] = call_timer_settime,
    [SYS_timer_gettime] = call_timer_gettime,
    [SYS_timer_getoverrun] = call_timer_getoverrun,
    [SYS_timer_delete] = call_timer_delete,
};

/* Is a call made again when a handler with SA_RESTART interrupted it? Those
 * that wait for a time are not: how much of it is left is not known. */
static int is_restarted(long n, const long *a)
{
    switch (n) {
    case SYS_nanosleep:
    case SYS_clock_nanosleep:
    case SYS_rt_sigsuspend:
    case SYS_rt_sigtimedwait:
    case SYS_ppoll:
    case SYS_pselect6:
#ifdef SYS_pause
    case SYS_pause:
    case SYS_poll:
    case SYS_select:
#endif
        return 0;
    case SYS_futex:
        return !a[3]; /* without a time */
    default:
        return 1;
    }
}

long __vitrine_syscall(long n, long a, long b, long c, long d, long e, long f)
{
    const long arguments[6] = {a, b, c, d, e, f};
    struct thread *self = thread_self();
    long result;

    if (n < 0 || n >= (long)(sizeof table / sizeof table[0]) || !table[n])
        return -ENOSYS;
    if (!self)
        return table[n](arguments);
    self->calls++;
    if (signal_waits(self))
        signal_deliver(self);
    do
        result = table[n](arguments);
    while (signal_waits(self) && signal_deliver(self) && result == -EINTR &&
           is_restarted(n, arguments));
    self->calls--;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    if (signal_waits(self) && !self->calls) /* came since it was looked at */
        signal_deliver(self);
    return result;
}
