/*
 * The simulator's parts, to each other. The core never sees this file.
 *
 *   main.c      options, modules, start
 *   cpus.c      CPUs beyond the first, and whose turn it is
 *   machine.c   models wired together, the run loop, time, interrupts
 *   devices.c   the bus and what is on it
 *   network.c   what the network adapters are connected to
 *   events.c    what happens at keyboard and tablet
 *   wire.c      other simulators and the host's network
 *   clock_*.S   the information page tells the time
 *   console.c   characters out and in
 *   control.c   stopping, going on and back, for who watches
 *   checkpoint.c  copies of the process to go back to
 *   tracefile.c the trace ring to a file
 *   pack.c      making a chunk of it smaller
 *   images.c    which image is where
 *   symbols.c   addresses to functions and source lines
 *   report.c    what people read when something faults or the run ends
 */
#ifndef SIM_H
#define SIM_H

#include "port.h"
#include <l4/vitrine/trace_events.h>
#include <stdio.h>

/* Physical layout; user addresses are the same numbers. */
#define SIM_RAM_BASE    0x1000000000ull
#define SIM_USER_END    0x9000000000ull
#define SIM_DEVICE_BASE 0x8f00000000ull
#define SIM_DEVICE_SIZE 0x1000ull
#define SIM_MSI_BASE    (SIM_DEVICE_BASE + SIM_DEVICE_SIZE)
enum { SIM_IRQS = 32, SIM_MSIS = 32 };
/* As many as the PC's first bus decoded. Nothing answers at them. */
enum { SIM_IO_PORTS = 1024 };
enum { SIM_UART_IRQ = 10, SIM_TICK_SLICE_NS = 10000000 };
enum { SIM_DISKS = 4 };

/* Exit codes of the simulator (docs/exit-codes.md). */
enum sim_exit {
    SIM_EXIT_FAULT = 100,
    SIM_EXIT_DEADLOCK = 101,
    SIM_EXIT_LIMIT = 102,
    SIM_EXIT_USAGE = 103,
    SIM_EXIT_PANIC = 104,
    SIM_EXIT_INTERRUPTED = 130,
};

struct sim_options {
    uint64_t ram_bytes;
    uint64_t seed;
    uint64_t until_ns;       /* TIME limit, ~0: none */
    uint64_t max_steps;      /* ~0: none */
    const char *trace;       /* file, NULL: none */
    const char *trace_tasks; /* names, apart by commas; NULL: all */
    const char *input;       /* file of console input, "-": stdin, NULL: tty */
    const char *system;      /* name for the trace header */
    const char *command;
    unsigned cpus;
    const char *words;  /* of `vitrine run`, for the trace; NULL: unknown */
    const char *replay; /* file of inputs (replay.c), NULL: live ones */
    const char *disk[SIM_DISKS]; /* files, NULL: no more */
    const char *console; /* file for a virtio console, NULL: there is none */
    const char *screen;  /* file for the picture, NULL: no screen */
    const char *events;  /* file of input events, NULL: no input devices */
    int control;         /* socket to who watches (control.c), -1: nobody */
    bool parallel, realtime, gdb, host_clock, no_fast_path, keys;
};

extern struct sim_options sim_options;

/* One line on stderr, "vitrine: ...", and exit(SIM_EXIT_USAGE). */
_Noreturn void sim_die(const char *format, ...)
    __attribute__((format(printf, 1, 2)));

/* machine.c */
void machine_init(void);
_Noreturn void machine_run(void);
/* A debugger stops here when the run has come as far as was asked. */
void sim_stop_hook(void);
/* Ctrl-C: the run ends soon. Async-signal-safe. */
void machine_interrupt(void);
/* Simulated RAM: the file and its size. */
int machine_ram(uint64_t *ret_size);
/* Host pointer to a task's memory, NULL: not mapped. For reports. */
const void *machine_user(const struct port_space *s, uaddr_t va, size_t size);

/* devices.c */
void devices_console_input(uint8_t byte);
/* Does a driver or the kernel want input, and has the UART room? */
bool devices_want_input(void);
int devices_kernel_input(void);
struct l4_vitrine_device;
/* What user level may drive, for the boot information; how many. */
unsigned devices_list(const struct l4_vitrine_device **ret_list);

/* network.c: what --net and --forward say. They end the program where that is
 * nonsense. */
void network_option(const char *text);
void network_forward(const char *text);
void network_close(void);

/* screen.c: writes what --screen wants. */
void screen_close(void);

/* console.c */
/* terminal.c: if standard input is one, its keys go to the machine one by one.
 */
void terminal_lend(void);
void terminal_take_back(void);

void console_init(void);
void console_out(uint8_t byte);
void console_flush(void);
/* Sets when the next byte of input arrives; called when input is wanted. */
void console_poll(void);
/* Blocks until there is live input; false: there is none to wait for. */
bool console_wait(void);

/* replay.c: inputs of an earlier run, in place of the world's */
void replay_init(void);
/* What came from outside; a run that goes back gets it again. */
enum { INPUT_CONSOLE, INPUT_HOST_CLOCK, INPUT_NETWORK, INPUT_SOURCES };
void replay_keep(unsigned source, uint64_t value, uint64_t look);
/* Are there kept ones that have not come again? */
bool replay_left(unsigned source);
/* The next input of a source, if it came at this look. */
bool replay_take(unsigned source, uint64_t look, uint64_t *ret_value);
/* The next console byte, if it came at this look; -1: it did not. */
int replay_console(uint64_t look);
/* The next reading of the host's clock, -1: there is none. */
int64_t replay_host_ns(void);

/* control.c: somebody watches, and says how far the run goes */
bool control_on(void);
void control_init(void);
/* A record is in the trace; comes back when the run may go on. */
void control_record(const struct vtr_record *r);
/* Now and then: does the watcher want something? */
void control_poll(void);
/* The run is over: lets the watcher go back. `code`: of the exit. */
void control_end(int code);

/* checkpoint.c: the process as it was, asleep */
void checkpoint_init(void);
/* `record` is the last one so far: keeps a copy, now and then. In the copy,
 * once woken, comes back with true; ret_target: up to which record it goes. */
bool checkpoint_consider(uint64_t record, uint64_t *ret_target);
/* Another process goes on from a copy up to `record`, this one ends; comes
 * back if there is no copy that early. */
void checkpoint_back(uint64_t record);
/* In who went on and has come as far as it was to: was it a debugger that
 * asked for this? It waits for the process. Once. */
bool checkpoint_for_debugger(void);
/* Bytes of console output at `position` that were shown before; now
 * `size` more are. */
size_t checkpoint_shown(uint64_t position, size_t size);
/* Memory that a copy shares with whoever goes on. */
void *checkpoint_share(size_t size);

/* tracefile.c */
/* What is not in the file yet goes there. */
void tracefile_sync(void);
/* The file as it was when this copy was made. */
void tracefile_back(void);
void tracefile_open(void);
/* Now and then, by virtual time: readers of the file see what there is. */
void tracefile_show(uint64_t now);
void tracefile_close(void);
/* The run did not come to its end: no file. Async-signal-safe. */
void tracefile_abandon(void);

/* report.c: a task's image is in place: symbols, and under a debugger its
 * pages, so that breakpoints can be set. */
void report_image(const struct port_space *s, uint32_t task, uaddr_t base,
                  uint64_t size, const char *name);

/* A debugger has come after programs were loaded: the same for them. */
void report_debugger(void);

/* symbols.c */
void symbols_add(uint32_t task, uint64_t base, const char *name);
/* All images so far. */
void symbols_each(void (*visit)(uint32_t task, uint64_t base));
const char *symbols_path(const char *name);
void symbols_module(const char *name, const char *path);
/* "function (file.c:12)" for ip in a task, or "" if unknown. */
void symbols_where(uint32_t task, uint64_t ip, char *ret_text, size_t size);
/* Like it, but walks up from libraries and headers to the program's own
 * code: inlined calls first, then frame pointers. */
void symbols_caller(uint32_t task, const struct port_frame *frame,
                    char *ret_text, size_t size);

#endif
