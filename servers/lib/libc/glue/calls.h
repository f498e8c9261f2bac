/*
 * The system calls of the C library: one function each, by area.
 *
 * Each takes the six arguments as musl passes them and returns a result or a
 * negative errno, as Linux would. dispatch.c has the table; a number without
 * an entry answers -ENOSYS, and musl has a fall-back or reports it.
 *
 * Everything here may run on a thread that has no thread-local storage (it
 * is starting or ending): no errno, no stdio, no malloc.
 */
#ifndef GLUE_CALLS_H
#define GLUE_CALLS_H

#include "names.h"

#include <errno.h>

#define GLUE_HIDDEN __attribute__((visibility("hidden")))

typedef long libc_call(const long *a);

/* memory.c */
libc_call call_mmap, call_munmap, call_mprotect, call_brk, call_madvise,
    call_mremap, call_msync;

/* threads.c */
libc_call call_set_tid_address, call_gettid, call_exit, call_set_robust_list,
    call_get_robust_list;

/* sched.c */
libc_call call_sched_yield, call_sched_setscheduler, call_sched_setparam,
    call_sched_getscheduler, call_sched_setaffinity, call_sched_getaffinity,
    call_sched_getparam, call_sched_priority_max, call_sched_priority_min;

/* futex.c: word, operation, value, ... */
#define FUTEX_WAIT    0
#define FUTEX_WAKE    1
#define FUTEX_PRIVATE 128 /* the word is this program's alone */
libc_call call_futex;

/* time.c */
libc_call call_clock_gettime, call_clock_getres, call_nanosleep,
    call_clock_nanosleep;

/* descriptors.c */
libc_call call_close, call_dup, call_dup2, call_dup3, call_fcntl;

/* files.c */
libc_call call_read, call_readv, call_pread, call_write, call_writev,
    call_pwrite, call_lseek, call_ioctl, call_fstat, call_ftruncate, call_fsync,
    call_getdents;

/* paths.c */
libc_call call_open, call_openat, call_stat, call_newfstatat, call_access,
    call_faccessat, call_mkdir, call_mkdirat, call_unlink, call_rmdir,
    call_unlinkat, call_rename, call_renameat, call_renameat2, call_truncate,
    call_readlink, call_readlinkat, call_chdir, call_fchdir, call_getcwd,
    call_umask, call_lstat, call_link, call_linkat, call_symlink,
    call_symlinkat, call_chmod, call_fchmodat, call_utimensat, call_statfs,
    call_sync;

/* poll.c */
libc_call call_poll, call_ppoll, call_select, call_pselect;

/* pipes.c */
libc_call call_pipe, call_pipe2;

/* sockets.c, socket_names.c */
libc_call call_socket, call_bind, call_listen, call_accept, call_accept4,
    call_connect, call_shutdown, call_getsockname, call_getpeername,
    call_sendto, call_recvfrom, call_sendmsg, call_recvmsg, call_setsockopt,
    call_getsockopt;

/* children.c */
libc_call call_wait4, call_waitid;

/* origin.c, process.c, signals.c */
GLUE_HIDDEN long signal_raise(int sig);              /* on the calling thread */
GLUE_HIDDEN long child_kill(long process, long sig); /* another one */
GLUE_HIDDEN void children_watch(void); /* SIGCHLD's action was set */
GLUE_HIDDEN void children_ended(void); /* some have: it is sent */
libc_call call_exit_group, call_getpid, call_getppid, call_zero, call_uname;

/* signals.c */
libc_call call_kill, call_tkill, call_tgkill, call_sigaction, call_sigprocmask,
    call_sigpending, call_sigsuspend, call_sigtimedwait, call_sigqueueinfo,
    call_pause, call_sigaltstack;

/* timers.c */
libc_call call_setitimer, call_getitimer, call_timer_create, call_timer_settime,
    call_timer_gettime, call_timer_getoverrun, call_timer_delete;

#endif
