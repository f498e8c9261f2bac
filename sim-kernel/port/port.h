/*
 * The one contract between the core and a machine.
 *
 * Everything the kernel core needs from a port, and everything it offers to
 * one. A port supplies `port_arch.h` (struct port_frame, struct port_space,
 * the inline calls marked [inline]) and one definition of each other call.
 * The core includes no other port header.
 *
 * Unless said otherwise a call comes from the core, on the kernel stack of
 * the calling CPU, with interrupts off, under the kernel lock, is required
 * in every port, and may neither block nor call back into the core.
 *
 * Many CPUs, one kernel lock, and the lock is the port's: the core knows
 * nothing of it, and a machine with one CPU needs none.
 *
 *   user mode or idle --trap--> save the registers in the frame
 *        ^                      say "CPU n is out of user mode" (port_stop)
 *        |                      take the lock
 *        |                      core_syscall(), core_irq(), ...; core_next()
 *        +------- release the lock, say "in user mode" just before
 *
 * A CPU that waits for the lock has interrupts off and touches neither its
 * frame nor its address space: when it gets the lock its thread may have been
 * moved or be gone. (core_syscall() and its like find out by themselves; a
 * port that wants to look at the frame first asks core_frame().)
 *
 * Physical addresses are `paddr_t`; user addresses `uaddr_t`; orders are
 * log2 of a size in bytes; time is nanoseconds since boot.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t paddr_t;
typedef uint64_t uaddr_t;
typedef uint64_t word_t; /* a machine word: 64 bits on every target */

#define PAGE_ORDER      12
#define PAGE_SIZE       (1ul << PAGE_ORDER)
#define SUPERPAGE_ORDER 21

/* Access rights of memory, as in a flexpage (L4 numbering). */
enum { RIGHT_X = 1, RIGHT_W = 2, RIGHT_R = 4, RIGHT_RWX = 7 };

/* Cache attributes of memory (L4 send item, bits 4-7, shifted down). */
enum { MEM_NORMAL = 0, MEM_UNCACHED = 1, MEM_CACHED = 3, MEM_BUFFERED = 5 };

/* What a system call carries; the registers are the port's business. */
struct ipc_args {
    word_t tag;      /* l4_msgtag_t.raw */
    word_t dest;     /* capability selector and flags in the low bits */
    word_t timeouts; /* send << 16 | receive */
    word_t label;    /* sender's label, only meaningful to aliens */
};

/* Cause of an exception, the same on every port. */
enum trap_cause {
    CAUSE_PAGE_FAULT, /* a page fault its pager would not answer */
    CAUSE_DIVIDE,     /* integer division by zero or overflow */
    CAUSE_ILLEGAL,    /* undefined instruction */
    CAUSE_BREAKPOINT,
    CAUSE_ALIGNMENT,
    CAUSE_FPU,
    CAUSE_BUS,     /* access to a device or to nothing */
    CAUSE_EX_REGS, /* asked for by l4_thread_ex_regs */
    /* Made by the core; a port only needs marks for them: */
    CAUSE_SYSCALL,      /* a watched thread's system call, not made yet */
    CAUSE_SYSCALL_DONE, /* an alien's system call, complete */
    CAUSE_UPCALL,       /* a message interrupted a vCPU */
    CAUSE_OTHER,
    CAUSE_STEP, /* one instruction, as the program's flags wanted */
};

struct port_trap {
    enum trap_cause cause;
    uaddr_t address; /* of the access, 0 where there is none */
    unsigned access; /* RIGHT_R, RIGHT_W or RIGHT_X, 0: none */
};

#include "port_arch.h" /* found by the include path of the chosen port */

/*
 * What boot code hands to the core. All ranges [start, end), page aligned.
 */
enum { BOOT_MAX_REGIONS = 32 };

enum boot_region_type {
    BOOT_RAM = 1,    /* usable memory, goes to sigma0 */
    BOOT_KERNEL = 2, /* kernel image and heap: nobody's */
    BOOT_MODULE = 3, /* boot modules and boot information: sigma0 */
    BOOT_ROOT = 4,   /* images of sigma0 and root task */
    BOOT_DEVICE = 5, /* device registers: sigma0, as I/O memory */
};

struct boot_region {
    paddr_t start, end;
    enum boot_region_type type;
};

/* sigma0 or the root task, already in memory, 1:1. A root task with ip 0: there
 * is none, the program in sigma0's place has all the memory to itself. */
struct boot_task {
    uaddr_t ip, sp;
    paddr_t start, end;
};

struct boot_info {
    unsigned region_count;
    struct boot_region region[BOOT_MAX_REGIONS];
    paddr_t heap_start, heap_end; /* inside a BOOT_KERNEL region */
    struct boot_task sigma0, root;
    paddr_t modules;  /* struct l4_vitrine_bootinfo, 0: none */
    uaddr_t user_end; /* first address no task may use */
    unsigned cpu_count;
    unsigned irq_count;
    /* Message-signalled interrupts: a device that writes msi_data + n (32
     * bits) to msi_address raises line irq_count + n. msi_count 0: none. */
    unsigned msi_count;
    paddr_t msi_address;
    uint32_t msi_data;
    unsigned io_ports; /* I/O ports [0, io_ports), at most 65536; 0: none */
    uint64_t seed;
    uint64_t slice_ns; /* default time slice, 10 ms */
    bool trace;        /* write the trace from the start */
    bool trace_each;   /* drain after each record (who watches may stop it) */
    bool no_fast_path; /* all IPC by ipc.c (measurements, tests) */
    size_t trace_records;    /* of the ring; 0: as many as the core likes */
    const char *trace_tasks; /* names, apart by commas; NULL or "": all */
};

/* ------------------------------------------------------------------ */
/* The core calls the port                                            */

/* [inline] Kernel address of physical memory; all RAM is always mapped. */
static inline void *port_phys_to_virt(paddr_t pa);
static inline paddr_t port_virt_to_phys(const void *va);

/* Number of the calling CPU, 0-based. [inline] */
static inline unsigned port_cpu(void);

/* Time since boot in ns; never goes back. */
uint64_t port_time(void);

/* Boot, once: puts the functions at `code` by which user code reads that time,
 * [0x200 bytes, at 0x900 of the information page] in us at its start, in ns
 * 0x80 behind it (<l4/sys/kip.h>). They run where programs have the page, with
 * the C calling convention, and no address of theirs is known before. Optional
 * (empty: programs read the field `clock`). */
void port_clock_code(void *code);

/* Calls core_timer() on this CPU at or soon after `when` (ns); ~0: never.
 * Replaces the earlier request. Each CPU has a timer of its own; clocks of
 * different CPUs should agree but need not to the nanosecond. */
void port_timer_set(uint64_t when);

/* Other CPUs. Never called for the calling CPU, nor with one CPU. -------- */

/* CPU `cpu` has something new to do: it enters the kernel soon, from user
 * mode or idle, and calls core_next(), with no core_...() before it. Does not
 * wait. Requests may merge; none may be lost: one for a CPU that is on its
 * way out of the kernel brings it back in at once. */
void port_ipi(unsigned cpu);
/* CPU `cpu` leaves user mode now: on return the registers of the thread it
 * runs are in the frame, and it is in the kernel's entry (waiting for the
 * lock, which the caller holds), or idle. So it stays until the caller has
 * released the lock. Waits for that CPU, as short as an interrupt takes; the
 * CPU that is stopped must not need the lock for it. */
void port_stop(unsigned cpu);

/* The core has done `steps` elementary steps of work. Virtual time moves by
 * them in the simulator; on hardware time passes by itself. [inline] */
static inline void port_work(unsigned steps);

/* A number in 0..range-1: always 0 with seed 0, else from the run's seed. */
unsigned port_vary(unsigned range);

/* Kernel console. read: next input character or -1. */
void port_console_write(const char *text, size_t length);
int port_console_read(void);
/* From now on the port calls core_console_input() when there is something to
 * read. Optional (empty: whoever reads the log has to ask again and again). */
void port_console_listen(void);

/* Ends the machine. `reason` is enum vtr_end. Returns on no port. */
_Noreturn void port_shutdown(unsigned reason, int result);

/* Kernel bug: prints, dumps state, stops. May be called in any state. */
_Noreturn void port_panic(const char *file, int line, const char *text);

/* Frames: a thread's user registers. A fresh frame is zero. ------------ */

void port_frame_init(struct port_frame *f);
void port_frame_release(struct port_frame *f); /* thread is destroyed */
/* [inline] */
static inline uaddr_t port_frame_ip(const struct port_frame *f);
static inline uaddr_t port_frame_sp(const struct port_frame *f);
/* Thread pointer, as port_frame_set_tp() takes it. [inline] */
static inline word_t port_frame_tp(const struct port_frame *f);
static inline void port_frame_get_args(const struct port_frame *f,
                                       struct ipc_args *ret_args);
static inline void port_frame_set_result(struct port_frame *f, word_t tag,
                                         word_t label);
/* New ip and sp as by ex_regs; an interrupted system call is forgotten. */
void port_frame_set_ip_sp(struct port_frame *f, uaddr_t ip, uaddr_t sp);
/* UTCB as the user sees it; thread pointer (TLS) register. */
void port_frame_set_utcb(struct port_frame *f, uaddr_t utcb);
void port_frame_set_tp(struct port_frame *f, word_t base);
/* First argument register, for the first start of sigma0 and root task. */
void port_frame_set_arg(struct port_frame *f, word_t value);
/* `to` has the floating-point and vector registers (with their control and
 * status) that `from` has, which keeps its own. Neither runs in user mode. A
 * port that leaves values in a CPU's registers until another thread wants
 * these takes them from there and makes those of `to` stale; with several
 * CPUs it has to save them before a thread may run on another one. */
void port_frame_copy_fpu(struct port_frame *to, struct port_frame *from);
/* May f use these registers? If not, its next instruction that does is an
 * exception, CAUSE_FPU (x86: #NM, by CR0.TS; RISC-V: sstatus.FS; aarch64:
 * CPACR_EL1.FPEN), and they keep their values. A fresh frame may. f does not
 * run in user mode. Optional (empty: it always may). */
void port_frame_allow_fpu(struct port_frame *f, bool on);
/* An operation on f's thread that only this machine has: 0x10 and up in the
 * low 16 bits of mr[0] (ABI.md section 1, Thread). The request is mr[0..2], of
 * which the first `words` were sent; the answer's words, *ret_words, go there,
 * too. 0; -L4_ENOSYS: no such operation; another -L4_E*. f does not run in
 * user mode. */
long port_frame_operation(struct port_frame *f, word_t *mr, unsigned words,
                          unsigned *ret_words);
/* Exception message: registers to message words (returns their number, at
 * most 63) and back, thread pointer included. `words` is what the reply
 * carried. After a save and, perhaps much later and with other registers in
 * force meanwhile, a load of the same words the thread goes on as if nothing
 * had been (vCPUs); the ip of a system call is behind its instruction. */
unsigned port_frame_save(const struct port_frame *f,
                         const struct port_trap *trap, word_t *mr);
void port_frame_load(struct port_frame *f, const word_t *mr, unsigned words);

/* Address spaces: page tables. ------------------------------------------ */

/* 0 or -L4_ENOMEM. Page-table frames come from core_table_alloc(). */
int port_space_init(struct port_space *s);
/* Takes down a table or two; false: there are more, call again (in between
 * nothing is mapped in s). s is active on no CPU any more. */
bool port_space_destroy(struct port_space *s);
/* Maps one page of PAGE_ORDER or SUPERPAGE_ORDER at `va`, replacing what is
 * there. 0 or -L4_ENOMEM (nothing changed). */
int port_space_map(struct port_space *s, uaddr_t va, paddr_t pa, unsigned order,
                   unsigned rights, unsigned attributes);
/* Leaves `rights` (0: removes) on the page at `va` of `order`; flushes TLBs;
 * returns W if the page was written since the last call, R if touched.
 * On return no CPU can use the old entry: what the hardware does not tell
 * the others itself, the port does (stop those in user mode in `s`, as
 * port_stop(), and let them flush before they return there). The same holds
 * for port_space_map() over an entry that is there. */
unsigned port_space_protect(struct port_space *s, uaddr_t va, unsigned order,
                            unsigned rights);
/* This CPU now runs in `s`; NULL: in none, the kernel's part only. Called
 * often: must be cheap. Stays as it is while the CPU idles. [inline] */
static inline void port_space_activate(struct port_space *s);
/* Is `s` what CPU `cpu` activated last? [inline] */
static inline bool port_space_is_active(const struct port_space *s,
                                        unsigned cpu);

/* Interrupt lines 0..irq_count-1, then the msi_count MSIs, which are always
 * edges: no set_mode. `mode` is L4_IRQ_F_*. -------------------------------- */

void port_irq_mask(unsigned line);
void port_irq_unmask(unsigned line);
void port_irq_ack(unsigned line);
int port_irq_set_mode(unsigned line, unsigned mode); /* 0, -L4_EINVAL */
/*
 * Does an interrupt (timer, device, another CPU's) wait for this CPU? The
 * core asks at its preemption points, at least every 100 steps of a long
 * operation; if so it comes back from core_next() with NULL as soon as it
 * can. May say true for nothing, but then what the port does on NULL must
 * make it false: the core does nothing else as long as it is true. May
 * always say false (correct, unbounded latency). Must be cheap: a read of a
 * pending register (RISC-V sip & sie, GIC ISR_EL1, APIC IRR), no more. With
 * several CPUs in parallel: also true while another one waits for the kernel
 * lock.
 */
bool port_irq_pending(void);

/* Trace: the ring is full up to `count` records starting at `first`; the
 * port may store them and return true, then the core starts afresh. Optional
 * (a port without storage returns false and the oldest are overwritten). */
bool port_trace_drain(const void *first, size_t count);

/* Told after the fact, for people who watch; optional on hardware (empty). */
void port_image_loaded(const struct port_space *s, uint32_t task, uaddr_t base,
                       const char *name);
void port_fault_report(uint32_t thread, uint32_t task, const char *task_name,
                       const struct port_trap *trap,
                       const struct port_frame *frame);
/* User-visible host clock for measurements; -1 where there is none. */
int64_t port_host_ns(void);

/* ------------------------------------------------------------------ */
/* The port calls the core (core/trap.c, core/boot.c)                  */

/* Once, on the boot CPU (number 0): builds everything, then the port calls
 * core_next(). Further CPUs, 1..info->cpu_count-1, wait until core_boot() is
 * over, take the lock, and call core_next() like after an interrupt: it says
 * NULL, idle, until somebody moves a thread there. Threads start on CPU 0. */
void core_boot(const struct boot_info *info);

/* The frame of this CPU's running thread; NULL: none (idle, or it was killed
 * or moved while the CPU waited for the lock: its trap never happened). */
struct port_frame *core_frame(void);

/* A trap of the running thread; its registers are in the frame that the
 * last core_next() returned. No effect if core_frame() is NULL. */
void core_syscall(void);
/* The same, at a port's choice before core_syscall(), if there is a running
 * thread (core_frame()), for a call or an answer that hands the CPU to a
 * partner that waits for it: the frame that runs next, as core_next() would
 * say, but that what another frame holds of the registers a system call loses
 * need not be loaded: it is in a system call, too. NULL: nothing was done,
 * core_syscall() is to do it. The arguments are those of struct ipc_args; they
 * are in the frame as well. */
struct port_frame *core_handover(word_t tag, word_t dest, word_t timeouts);
void core_page_fault(uaddr_t address, unsigned access);
void core_exception(const struct port_trap *trap);
/* May the running thread use the 2^order I/O ports from `port` on? If not,
 * and it tried: a fault of that instruction, which is tried again if its pager
 * maps them. Machines without I/O ports call neither. */
bool core_io_allows(unsigned port, unsigned order);
void core_io_fault(unsigned port, unsigned order);
/* port_console_read() would give something; only after port_console_listen().
 */
void core_console_input(void);
/* An interrupt, from user mode or from idle. Device interrupts may come on
 * any CPU. */
void core_irq(unsigned line);
void core_timer(void);

/* Picks who runs next: its frame, or NULL: nobody, or an interrupt waits
 * that port_irq_pending() told of: serve it at once if there is one, else idle
 * until one (or port_ipi()) comes, then call again. The address space is
 * active on return of a frame. Frame and space are the CPU's until its next
 * core_next(). */
struct port_frame *core_next(void);

/* Memory for page tables of `s`: one zeroed frame, charged to the task's
 * quota; NULL: none. `table` is a kernel address. */
void *core_table_alloc(struct port_space *s);
void core_table_free(struct port_space *s, void *table);
/* The same for tables smaller than a page: `size` is a power of two from 64,
 * and the alignment. */
void *core_node_alloc(struct port_space *s, size_t size);
void core_node_free(struct port_space *s, void *node, size_t size);

/* Nothing can ever run again (no timer, no input): true if somebody waits
 * for a specific partner (a dead-lock), false if all only serve. */
bool core_is_deadlocked(void);
/* Ends the system: checks all invariants, writes the final picture to the
 * trace (objects, capabilities, waits), calls port_shutdown() with the result
 * published so far. reason: enum vtr_end. */
_Noreturn void core_end(unsigned reason);
/* Hands what the trace ring holds to the port (after a panic, too). */
void core_trace_flush(void);
/* Into the trace: what came from outside, so that a run can be repeated;
 * `look` numbers the port's looks for it. And how the run was asked for, in
 * as many records as it takes. */
void core_trace_input(unsigned source, uint64_t value, uint64_t look);
void core_trace_words(const char *text);
/* The address space of a task by its debugger id, NULL: no such task. */
const struct port_space *core_task_space(uint32_t task);
/* Debugger id of sigma0's (0) and the root task's (1) task. */
uint32_t core_root_task(unsigned which);
/* Faults so far that nobody handled. */
unsigned core_faults(void);

struct core_wait { /* one blocked thread, for the list at the end */
    uint32_t thread, task, partner, via;
    const char *thread_name, *task_name, *partner_name;
    unsigned why; /* enum vtr_why */
    uint64_t since;
    uaddr_t ip, sp;
    const struct port_frame *frame;
};
void core_each_wait(void (*visit)(const struct core_wait *w, void *data),
                    void *data);

#endif
