/*
 * vitrine-sim: the simulator's command line.
 *
 * Loads the boot modules into simulated RAM, boots the kernel, runs. Usually
 * started by `./vitrine run`, which knows where programs lie.
 */
#include "sim.h"
#include "bootstrap.h"
#include <argp.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct sim_options sim_options = {
    .ram_bytes = 64u << 20,
    .cpus = 1,
    .until_ns = ~0ull,
    .max_steps = ~0ull,
    .system = "?",
    .command = "",
    .control = -1,
};

enum {
    MODULES_MAX = 256,
    OPT_UNTIL = 256,
    OPT_STEPS,
    OPT_TRACE,
    OPT_TRACE_TASKS,
    OPT_REALTIME,
    OPT_INPUT,
    OPT_KEYS,
    OPT_GDB,
    OPT_HOST_CLOCK,
    OPT_NO_FAST_PATH,
    OPT_PROGRAMS,
    OPT_SYSTEM,
    OPT_COMMAND,
    OPT_WORDS,
    OPT_REPLAY,
    OPT_DISK,
    OPT_NET,
    OPT_FORWARD,
    OPT_CONSOLE,
    OPT_SCREEN,
    OPT_EVENTS,
    OPT_CONTROL,
    OPT_RAM,
    OPT_CPUS,
    OPT_PARALLEL,
    OPT_SEED
};

void sim_die(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("vitrine: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(SIM_EXIT_USAGE);
}

/* "64M", "1G", "4096K": bytes. */
static uint64_t parse_size(const char *text)
{
    char *end;
    errno = 0;
    uint64_t n = strtoull(text, &end, 0);
    unsigned shift = *end == 'K' ? 10 : *end == 'M' ? 20 : *end == 'G' ? 30 : 0;
    if (shift)
        end++;
    if (errno || end == text || *end || *text == '-' || n >> (50 - shift))
        sim_die("--ram: \"%s\" is no size (examples: 64M, 1G)", text);
    return n << shift;
}

/* "2", "2s", "500ms", "10us": virtual time in ns. */
static uint64_t parse_time(const char *text)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {
        {"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1},
    };
    char *end;
    double n = strtod(text, &end);
    for (unsigned i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (end != text && n >= 0 && n * units[i].ns < 1e18 &&
            !strcmp(end, units[i].unit))
            return (uint64_t)(n * units[i].ns);
    sim_die("--until: \"%s\" is no time (examples: 2, 500ms, 10us)", text);
}

static uint64_t parse_number(const char *option, const char *text)
{
    char *end;
    errno = 0;
    uint64_t n = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-')
        sim_die("%s: \"%s\" is no number", option, text);
    return n;
}

static unsigned parse_cpus(const char *text)
{
    uint64_t n = parse_number("--cpus", text);
    if (n < 1 || n > 32)
        sim_die("--cpus: \"%s\": a machine has 1 to 32 CPUs", text);
    return (unsigned)n;
}

static void add_disk(const char *text)
{
    unsigned n = 0;
    while (n < SIM_DISKS && sim_options.disk[n])
        n++;
    if (n == SIM_DISKS)
        sim_die("--disk: a machine has at most %d disks", SIM_DISKS);
    sim_options.disk[n] = text;
}

static char *module_files[MODULES_MAX + 1];
static unsigned module_files_count;

static const struct argp_option option_table[] = {
    {"ram", OPT_RAM, "SIZE", 0, "RAM of the machine (default 64M)", 0},
    {"cpus", OPT_CPUS, "N", 0, "CPUs of the machine, 1 to 32 (default 1)", 0},
    {"parallel", OPT_PARALLEL, 0, 0,
     "each CPU on a thread of the host (not reproducible)", 0},
    {"seed", OPT_SEED, "N", 0,
     "vary schedule and interrupts (0, the default: plain)", 0},
    {"until", OPT_UNTIL, "TIME", 0,
     "stop at this virtual time (2, 500ms, 10us)", 0},
    {"max-steps", OPT_STEPS, "N", 0, "stop after N basic blocks", 0},
    {"trace", OPT_TRACE, "FILE", 0, "write the kernel's trace", 0},
    {"trace-tasks", OPT_TRACE_TASKS, "NAME,...", 0,
     "of what threads do, record only what is about these tasks", 0},
    {"realtime", OPT_REALTIME, 0, 0, "do not run ahead of the clock", 0},
    {"input", OPT_INPUT, "FILE", 0,
     "console input from a file (-: standard input)", 0},
    {"keys", OPT_KEYS, 0, 0,
     "each key goes to the machine as it is typed, Ctrl-C too; Ctrl-\\ "
     "interrupts the run",
     0},
    {"gdb", OPT_GDB, 0, 0, "a debugger is attached (./vitrine gdb)", 0},
    {"host-clock", OPT_HOST_CLOCK, 0, 0,
     "let programs read the host's clock (measurements)", 0},
    {"no-fast-path", OPT_NO_FAST_PATH, 0, 0,
     "all IPC by the long way (measurements)", 0},
    {"disk", OPT_DISK, "FILE[,ro|,snapshot]", 0,
     "a virtio disk; read only, or without keeping what is written", 0},
    {"net", OPT_NET, "hub|pcap:IN[,OUT]|link:PATH[,MAC]|user", 0,
     "a virtio network adapter: with the machine's others at one hub; what it "
     "hears from a capture file and what it says to one; linked to another "
     "simulator's by a socket; at the host's network",
     0},
    {"forward", OPT_FORWARD, "[udp:]HOST:GUEST", 0,
     "a port of the host's 127.0.0.1 (0: any) leads to one of the machine; "
     "adds --net user",
     0},
    {"console", OPT_CONSOLE, "FILE", 0, "a virtio console that writes to FILE",
     0},
    {"screen", OPT_SCREEN, "FILE[,ramfb]", 0,
     "a screen; what it shows at the end goes to FILE (PPM)", 0},
    {"events", OPT_EVENTS, "FILE", 0,
     "a keyboard and a tablet (virtio), and what happens there: lines \"MS "
     "key|abs CODE VALUE\"",
     0},
    {"programs", OPT_PROGRAMS, "DIR", OPTION_HIDDEN, "", 0},
    {"system", OPT_SYSTEM, "NAME", 0, "name of the system, for the trace", 0},
    {"words", OPT_WORDS, "TEXT", 0, "how the run was asked for", 0},
    {"control", OPT_CONTROL, "FD", 0, "a socket to who watches (monitor)", 0},
    {"replay", OPT_REPLAY, "FILE", 0, "inputs of an earlier run", 0},
    {"command", OPT_COMMAND, "TEXT", 0, "what the root task starts", 0},
    {0},
};

/* Options that are kept as they are typed, and those that are there or not. */
static const struct {
    int key;
    const char **text;
    bool *flag;
} plain_options[] = {
    {OPT_PARALLEL, NULL, &sim_options.parallel},
    {OPT_TRACE, &sim_options.trace, NULL},
    {OPT_REALTIME, NULL, &sim_options.realtime},
    {OPT_INPUT, &sim_options.input, NULL},
    {OPT_KEYS, NULL, &sim_options.keys},
    {OPT_GDB, NULL, &sim_options.gdb},
    {OPT_HOST_CLOCK, NULL, &sim_options.host_clock},
    {OPT_NO_FAST_PATH, NULL, &sim_options.no_fast_path},
    {OPT_SYSTEM, &sim_options.system, NULL},
    {OPT_COMMAND, &sim_options.command, NULL},
    {OPT_WORDS, &sim_options.words, NULL},
    {OPT_REPLAY, &sim_options.replay, NULL},
    {OPT_CONSOLE, &sim_options.console, NULL},
    {OPT_SCREEN, &sim_options.screen, NULL},
    {OPT_EVENTS, &sim_options.events, NULL},
};

static bool plain_option(int key, const char *arg)
{
    for (unsigned i = 0; i < sizeof(plain_options) / sizeof(*plain_options);
         i++)
        if (plain_options[i].key == key) {
            if (plain_options[i].flag)
                *plain_options[i].flag = true;
            else
                *plain_options[i].text = arg;
            return true;
        }
    return false;
}

static void add_module(char *file)
{
    if (module_files_count == MODULES_MAX)
        sim_die("more than %d boot modules", MODULES_MAX);
    module_files[module_files_count++] = file;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
    struct sim_options *o = &sim_options;
    if (plain_option(key, arg))
        return 0;
    switch (key) {
    case OPT_RAM:
        o->ram_bytes = parse_size(arg);
        break;
    case OPT_CPUS:
        o->cpus = parse_cpus(arg);
        break;
    case OPT_SEED:
        o->seed = parse_number("--seed", arg);
        break;
    case OPT_UNTIL:
        o->until_ns = parse_time(arg);
        break;
    case OPT_STEPS:
        o->max_steps = parse_number("--max-steps", arg);
        break;
    case OPT_TRACE_TASKS:
        if (strlen(arg) >= 64)
            sim_die("--trace-tasks: the list is too long (63 characters)");
        o->trace_tasks = arg;
        break;
    case OPT_PROGRAMS:
        break;
    case OPT_CONTROL:
        o->control = (int)parse_number("--control", arg);
        break;
    case OPT_DISK:
        add_disk(arg);
        break;
    case OPT_NET:
        network_option(arg);
        break;
    case OPT_FORWARD:
        network_forward(arg);
        break;
    case ARGP_KEY_ARG:
        add_module(arg);
        break;
    case ARGP_KEY_END:
        if (!module_files_count)
            argp_error(state, "a program is needed: sigma0 and the root task, "
                              "or one alone");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp argp = {
    option_table,
    parse_option,
    "SIGMA0 MOE MODULE...\nPROGRAM",
    "Boots the kernel in this process over emulated hardware.",
    0,
    0,
    0};

/* Bytes of an ELF file up to the end of its last segment: what a loader
 * needs, without debug information. */
static size_t module_size(const void *data, size_t size)
{
    const Elf64_Ehdr *e = data;
    if (size < sizeof(*e) || memcmp(e->e_ident, ELFMAG, SELFMAG) ||
        e->e_phoff > size ||
        e->e_phnum > (size - e->e_phoff) / sizeof(Elf64_Phdr))
        return size;
    const Elf64_Phdr *p = (const void *)((const char *)data + e->e_phoff);
    size_t end = e->e_phoff + e->e_phnum * sizeof(*p);
    for (int i = 0; i < e->e_phnum; i++) {
        uint64_t last = p[i].p_offset + p[i].p_filesz;
        if (p[i].p_type == PT_LOAD && last > end && last <= size)
            end = last;
    }
    return end;
}

static void module_load(const char *path, struct bootstrap_module *ret_module)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        sim_die("%s: cannot read the boot module: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        sim_die("%s: a boot module must be a regular file", path);
    size_t size = (size_t)st.st_size;
    void *data = size ? mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : "";
    if (data == MAP_FAILED)
        sim_die("%s: cannot read the boot module: %s", path, strerror(errno));
    close(fd);
    const char *slash = strrchr(path, '/');
    ret_module->name = slash ? slash + 1 : path;
    ret_module->data = data;
    ret_module->size = module_size(data, size);
    symbols_module(ret_module->name, path);
}

/* The first Ctrl-C (with --keys: Ctrl-\) asks; a program that loops without a
 * step, by assembly, never hears of it, so the second one ends the process. */
static void on_interrupt(int signo)
{
    static volatile sig_atomic_t asked;
    (void)signo;
    if (asked) {
        tracefile_abandon();
        terminal_take_back();
        _exit(SIM_EXIT_INTERRUPTED);
    }
    asked = 1;
    machine_interrupt();
}

static void boot(void)
{
    static struct bootstrap_module modules[MODULES_MAX];
    for (unsigned i = 0; i < module_files_count; i++)
        module_load(module_files[i], &modules[i]);
    struct bootstrap b = {
        .ram_start = SIM_RAM_BASE,
        .ram_end = SIM_RAM_BASE + sim_options.ram_bytes,
        .device_start = SIM_MSI_BASE,
        .device_end = SIM_MSI_BASE + SIM_DEVICE_SIZE,
        .uart_base = SIM_DEVICE_BASE,
        .uart_irq = SIM_UART_IRQ,
        .user_end = SIM_USER_END,
        .command = sim_options.command,
        .module_count = module_files_count,
        .module = modules,
    };
    b.device_count = devices_list(&b.device);
    struct boot_info info = {
        .cpu_count = sim_options.cpus,
        .irq_count = SIM_IRQS,
        .msi_count = SIM_MSIS,
        .msi_address = SIM_MSI_BASE,
        .io_ports = SIM_IO_PORTS,
        .seed = sim_options.seed,
        .slice_ns = SIM_TICK_SLICE_NS,
        .trace = sim_options.trace != NULL,
        .trace_tasks = sim_options.trace_tasks,
        .trace_each = control_on(),
        .no_fast_path = sim_options.no_fast_path,
    };
    const char *module;
    const char *why = bootstrap_run(&b, &info, &module);
    if (why)
        sim_die("%s%s%s (RAM: %llu KiB, see --ram)", module ? module : "",
                module ? ": " : "", why,
                (unsigned long long)(sim_options.ram_bytes >> 10));
    core_boot(&info);
    if (sim_options.words)
        core_trace_words(sim_options.words);
    report_image(core_task_space(core_root_task(0)), core_root_task(0),
                 info.sigma0.start, info.sigma0.end - info.sigma0.start,
                 modules[0].name);
    /* moe has no page yet that a debugger could write a breakpoint into. */
    if (info.root.ip)
        symbols_add(core_root_task(1), info.root.start, modules[1].name);
}

int main(int argc, char **argv)
{
    argp_err_exit_status = SIM_EXIT_USAGE;
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    if (sim_options.parallel && sim_options.gdb)
        sim_die("--parallel: not under a debugger");
    if (control_on() && (sim_options.parallel || !sim_options.trace))
        sim_die("--control: with --trace, not with --parallel");
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a trace too large is an error of write() */
    struct sigaction interrupt = {.sa_handler = on_interrupt,
                                  .sa_flags = SA_ONSTACK | SA_RESTART};
    /* First: what follows leaves a file and a changed terminal behind, if it
     * is killed. */
    sigaction(SIGINT, &interrupt, NULL);
    sigaction(SIGTERM, &interrupt, NULL);
    console_init();
    tracefile_open();
    machine_init();
    control_init();
    boot();
    machine_run();
}
