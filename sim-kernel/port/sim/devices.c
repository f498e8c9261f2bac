/*
 * Devices: what is on the simulated machine's bus, and how it is wired.
 *
 *   page  0 16550   1 MSI doorbell   2 PL011   3 Goldfish RTC   4 PL031
 *         5 firmware configuration, for a screen (--screen FILE,ramfb)
 *         8..15 virtio-mmio slots: disks, network adapters, a console, a
 *               screen, input devices
 *
 * The serial ports and clocks of two machines are here, because a driver is
 * one source for all of them. Both serial ports write to the console; input
 * comes by the 16550 unless a driver listens at the PL011 or the virtio
 * console only.
 *
 * I1  what a device does depends on registers, virtual time and inputs alone.
 */
#include "machine.h"
#include "bus.h"
#include "fw_cfg.h"
#include "pl011.h"
#include "rtc.h"
#include "uart.h"
#include "virtio_block.h"
#include "virtio_console.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLOTS = 8, SLOT_FIRST_PAGE = 8, SLOT_FIRST_IRQ = 1 };
enum { PL011_PAGE = 2, PL011_IRQ = 13 };
enum { GOLDFISH_PAGE = 3, GOLDFISH_IRQ = 11 };
enum { PL031_PAGE = 4, PL031_IRQ = 12 };
enum { FW_CFG_PAGE = 5, FW_CFG_SIZE = 24 };
enum { UART_RBR = 0, UART_LSR = 5, LSR_DATA = 1, IER_RX = 1 };
enum { PL011_MASK_RX = 0x10 };
enum { BYTE_NS = 86806 }; /* 115200 baud, 10 bits */
enum { MODE_LEVEL_HIGH = 3 };

/* The clocks' start: 2026-01-01 00:00:00 UTC (tools/qemu/run.py has it too). */
#define RTC_START_NS (1767225600ull * 1000000000ull)

static struct {
    struct hw_clock *clock;
    struct hw_irqchip *irqchip;
    struct hw_bus bus;
    struct hw_uart uart;
    struct hw_pl011 pl011;
    struct hw_goldfish_rtc goldfish;
    struct hw_pl031 pl031;
    struct hw_virtio slot[SLOTS];
    struct hw_virtio_block disk[SIM_DISKS];
    struct hw_virtio_console console;
    int console_file;
    bool kernel_listens; /* port_console_listen() */
    struct l4_vitrine_device list[SLOTS + 5];
    unsigned list_count;
} devices = {.console_file = -1};

/* --- wires -----------------------------------------------------------------
 */

/* data: the number of the line. */
static void on_irq(void *data, bool raised)
{
    hw_irqchip_input(devices.irqchip, (unsigned)(uintptr_t)data, raised);
}

static void *line(unsigned number)
{
    return (void *)(uintptr_t)number;
}

static void on_byte(void *data, uint8_t byte)
{
    (void)data;
    console_out(byte);
}

static void on_console(void *data, const void *text, unsigned size)
{
    (void)data;
    if (write(devices.console_file, text, size) < 0)
        sim_die("%s: cannot write: %s", sim_options.console, strerror(errno));
}

/* A model's two functions with the bus's types. */
#define BUS_FUNCTIONS(model)                                                   \
    static uint64_t model##_read(void *d, uint64_t offset, unsigned size)      \
    {                                                                          \
        return hw_##model##_read(d, offset, size);                             \
    }                                                                          \
    static void model##_write(void *d, uint64_t offset, unsigned size,         \
                              uint64_t value)                                  \
    {                                                                          \
        hw_##model##_write(d, offset, size, value);                            \
    }

BUS_FUNCTIONS(uart)
BUS_FUNCTIONS(msi)
BUS_FUNCTIONS(pl011)
BUS_FUNCTIONS(goldfish_rtc)
BUS_FUNCTIONS(pl031)
BUS_FUNCTIONS(virtio)
BUS_FUNCTIONS(fw_cfg)

#define ON_BUS(page, model, name, instance)                                    \
    devices_add(page, model##_read, model##_write, name, instance)

static void devices_add(unsigned page,
                        uint64_t (*read)(void *, uint64_t, unsigned),
                        void (*write)(void *, uint64_t, unsigned, uint64_t),
                        const char *name, void *instance)
{
    struct hw_bus_device d = {.base = SIM_DEVICE_BASE + page * SIM_DEVICE_SIZE,
                              .size = SIM_DEVICE_SIZE,
                              .read = read,
                              .write = write,
                              .device = instance,
                              .name = name};
    if (hw_bus_add(&devices.bus, &d))
        sim_die("no room for the device %s", name);
}

/* --- disks ------------------------------------------------------------------
 */

/* "FILE", "FILE,ro", "FILE,snapshot": cuts the name out. */
static void disk_words(const char *text, char *ret_name, size_t room,
                       bool *ret_read_only, bool *ret_snapshot)
{
    const char *comma = strrchr(text, ',');
    *ret_read_only = comma && !strcmp(comma, ",ro");
    *ret_snapshot = comma && !strcmp(comma, ",snapshot");
    size_t size =
        *ret_read_only || *ret_snapshot ? (size_t)(comma - text) : strlen(text);
    if (size >= room)
        sim_die("--disk: the name is too long");
    memcpy(ret_name, text, size);
    ret_name[size] = 0;
}

static void disk_init(unsigned n)
{
    char name[4096];
    struct stat st;
    bool read_only, snapshot;
    disk_words(sim_options.disk[n], name, sizeof(name), &read_only, &snapshot);
    bool writes = !read_only && !snapshot;
    int fd = open(name, (writes ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &st))
        sim_die("%s: cannot open the disk: %s", name, strerror(errno));
    if (!S_ISREG(st.st_mode) || st.st_size < HW_SECTOR)
        sim_die("%s: a disk is a regular file of at least %d bytes", name,
                HW_SECTOR);
    uint64_t sectors = (uint64_t)st.st_size / HW_SECTOR;
    void *image = mmap(NULL, sectors * HW_SECTOR,
                       read_only ? PROT_READ : PROT_READ | PROT_WRITE,
                       writes ? MAP_SHARED : MAP_PRIVATE, fd, 0);
    if (image == MAP_FAILED)
        sim_die("%s: cannot map the disk: %s", name, strerror(errno));
    close(fd);
    hw_virtio_block_init(&devices.disk[n], &devices.slot[n], devices.clock,
                         image, sectors, read_only);
}

static struct hw_virtio *slot_left(unsigned n, const char *option)
{
    if (n == SLOTS)
        sim_die("%s: no slot is left for it", option);
    return &devices.slot[n];
}

static void console_plug(struct hw_virtio *slot)
{
    devices.console_file = open(sim_options.console,
                                O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (devices.console_file < 0)
        sim_die("%s: cannot write: %s", sim_options.console, strerror(errno));
    hw_virtio_console_init(&devices.console, slot, devices.clock, on_console,
                           NULL);
}

/* Slots in the order of the options: disks, network adapters, console, screen,
 * input devices. */
static void slots_fill(void)
{
    unsigned n = 0;
    while (n < SIM_DISKS && sim_options.disk[n])
        disk_init(n++);
    n += network_init(devices.clock, &devices.slot[n], SLOTS - n);
    if (sim_options.console)
        console_plug(slot_left(n++, "--console"));
    if (screen_is_gpu())
        screen_gpu(slot_left(n++, "--screen"), devices.clock);
    events_init(devices.clock, &devices.slot[n], SLOTS - n);
}

/* --- the machine --------------------------------------------------------- */

void devices_init(struct hw_clock *clock, const struct hw_ram *ram,
                  struct hw_irqchip *irqchip, struct hw_msi *msi)
{
    devices.clock = clock;
    devices.irqchip = irqchip;
    hw_bus_init(&devices.bus);
    hw_uart_init(&devices.uart, clock, BYTE_NS, on_byte, on_irq,
                 line(SIM_UART_IRQ));
    ON_BUS(0, uart, "uart", &devices.uart);
    ON_BUS((SIM_MSI_BASE - SIM_DEVICE_BASE) / SIM_DEVICE_SIZE, msi, "msi", msi);
    hw_pl011_init(&devices.pl011, clock, BYTE_NS, on_byte, on_irq,
                  line(PL011_IRQ));
    ON_BUS(PL011_PAGE, pl011, "pl011", &devices.pl011);
    hw_goldfish_rtc_init(&devices.goldfish, clock, RTC_START_NS, on_irq,
                         line(GOLDFISH_IRQ));
    ON_BUS(GOLDFISH_PAGE, goldfish_rtc, "goldfish-rtc", &devices.goldfish);
    hw_pl031_init(&devices.pl031, clock, RTC_START_NS, on_irq, line(PL031_IRQ));
    ON_BUS(PL031_PAGE, pl031, "pl031", &devices.pl031);
    if (screen_is_ramfb())
        ON_BUS(FW_CFG_PAGE, fw_cfg, "fw-cfg", screen_ramfb(ram));
    for (unsigned i = 0; i < SLOTS; i++) {
        hw_virtio_init(&devices.slot[i], ram, on_irq, line(SLOT_FIRST_IRQ + i));
        ON_BUS(SLOT_FIRST_PAGE + i, virtio, "virtio", &devices.slot[i]);
    }
    slots_fill();
}

static void list_add(unsigned page, unsigned irq, const char *compatible)
{
    struct l4_vitrine_device *d = &devices.list[devices.list_count++];
    *d = (struct l4_vitrine_device){
        .base = SIM_DEVICE_BASE + page * SIM_DEVICE_SIZE,
        .size = SIM_DEVICE_SIZE,
        .irq = irq,
        .irq_mode = irq ? MODE_LEVEL_HIGH : 0,
    };
    memcpy(d->compatible, compatible, strlen(compatible));
}

unsigned devices_list(const struct l4_vitrine_device **ret_list)
{
    devices.list_count = 0;
    list_add(0, SIM_UART_IRQ, "ns16550a");
    list_add(PL011_PAGE, PL011_IRQ, "arm,pl011");
    list_add(GOLDFISH_PAGE, GOLDFISH_IRQ, "google,goldfish-rtc");
    list_add(PL031_PAGE, PL031_IRQ, "arm,pl031");
    if (screen_is_ramfb())
        list_add(FW_CFG_PAGE, 0, "qemu,fw-cfg-mmio");
    for (unsigned i = 0; i < SLOTS; i++)
        list_add(SLOT_FIRST_PAGE + i, SLOT_FIRST_IRQ + i, "virtio,mmio");
    *ret_list = devices.list;
    return devices.list_count;
}

uint64_t devices_read(uint64_t pa, unsigned size)
{
    uint64_t value;
    hw_bus_read(&devices.bus, pa, size, &value);
    return value;
}

void devices_write(uint64_t pa, unsigned size, uint64_t value)
{
    hw_bus_write(&devices.bus, pa, size, value);
}

/* --- console input ---------------------------------------------------------
 */

static bool pl011_listens(void)
{
    return devices.pl011.mask & PL011_MASK_RX;
}

static bool console_listens(void)
{
    return devices.console_file >= 0 &&
           hw_virtio_is_live(devices.console.slot) &&
           hw_virtio_has_buffer(devices.console.slot, 0);
}

bool devices_want_input(void)
{
    bool uart = (devices.uart.ier & IER_RX) || devices.kernel_listens;
    if (uart)
        return hw_uart_room(&devices.uart) > 0;
    return pl011_listens() ? devices.pl011.rx_count < HW_PL011_FIFO
                           : console_listens();
}

void port_console_listen(void)
{
    devices.kernel_listens = true;
}

bool devices_have_kernel_input(void)
{
    return devices.kernel_listens && !(devices.uart.ier & IER_RX) &&
           (hw_uart_read(&devices.uart, UART_LSR, 1) & LSR_DATA);
}

void devices_console_input(uint8_t byte)
{
    bool uart = (devices.uart.ier & IER_RX) || devices.kernel_listens;
    if (!uart && pl011_listens())
        hw_pl011_input(&devices.pl011, byte);
    else if (!uart && console_listens())
        hw_virtio_console_input(&devices.console, &byte, 1);
    else
        hw_uart_input(&devices.uart, byte);
}

int devices_kernel_input(void)
{
    if (!(hw_uart_read(&devices.uart, UART_LSR, 1) & LSR_DATA))
        return -1;
    return (int)hw_uart_read(&devices.uart, UART_RBR, 1);
}
