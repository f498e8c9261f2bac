/*
 * QEMU's firmware configuration device, register by register, as text: the same
 * program sees the simulator's model and QEMU's device, and must see the same.
 * At the end a picture is on the screen (ramfb), which the tests look at from
 * outside.
 *
 *      sys-firmware      capabilities: sigma0, icu, rom, keep (a name
 *                        space that outlives it, for the picture)
 *
 *   memory:   | a request | .. 64: what is transferred | .. page 2: pixels
 *
 * Left out: reading the selector, which Arm's QEMU answers with a bus error.
 * Which files there are besides the screen's, and their keys, is the machine's.
 * Numbers of the device are big endian.
 * Source: QEMU's docs/specs/fw_cfg.rst, docs/specs/ramfb (7.2).
 */
#include "ramfb.h"
#include <l4/re/c/namespace.h>
#include <l4/re/env.h>
#include <l4/vitrine/mmio.h>
#include <stdio.h>
#include <string.h>

enum { DATA = 0, SELECTOR = 8, DMA_HIGH = 16, DMA_LOW = 20, DATA_AT = 64 };
enum { SIGNATURE = 0x00, FEATURES = 0x01, DIRECTORY = 0x19, NOTHING = 0x3fff };
enum { READ = 2, SKIP = 4, SELECT = 8, WRITE = 16, TRIES = 1000000 };
enum { CONFIG = 28, ENTRY = 64, FILES_MAX = 60, FORMAT_XRGB = 0x34325258 };
enum { WIDTH = 32, HEIGHT = 16, PIXEL = 4 };

static l4_addr_t registers;
static struct device_memory memory;

static l4_uint32_t big32(l4_uint32_t value)
{
    return __builtin_bswap32(value);
}

static unsigned char *data(void)
{
    return (unsigned char *)memory.at + DATA_AT;
}

static void say(const char *what, unsigned long value)
{
    printf("firmware: %s %#lx\n", what, value);
}

static void select_item(unsigned key)
{
    mmio_write16(registers + SELECTOR, __builtin_bswap16((l4_uint16_t)key));
}

/* Asks for a transfer of `length` bytes at `bus`; control as it is afterwards.
 */
static l4_uint32_t transfer(l4_uint32_t control, l4_uint32_t length,
                            l4_uint64_t bus)
{
    volatile struct {
        l4_uint32_t control, length;
        l4_uint64_t address;
    } *r = memory.at;
    r->length = big32(length);
    r->address = __builtin_bswap64(bus);
    r->control = big32(control);
    l4_mb();
    mmio_write32(registers + DMA_HIGH, big32((l4_uint32_t)(memory.bus >> 32)));
    mmio_write32(registers + DMA_LOW, big32((l4_uint32_t)memory.bus));
    for (unsigned i = 0; i < TRIES && r->control & ~big32(1); i++)
        l4_mb();
    return big32(r->control);
}

/* The same for data(). */
static void move(const char *what, l4_uint32_t control, l4_uint32_t length)
{
    printf("firmware: %s: control %u, then", what,
           transfer(control, length, memory.bus + DATA_AT));
    for (unsigned i = 0; i < 8; i++)
        printf(" %02x", data()[i]);
    printf("\n");
}

static void by_registers(void)
{
    select_item(SIGNATURE);
    for (unsigned i = 0; i < 6; i++)
        say("a byte of the signature", mmio_read8(registers + DATA));
    select_item(SIGNATURE);
    say("two bytes", mmio_read16(registers + DATA));
    say("four more", mmio_read32(registers + DATA));
    select_item(SIGNATURE);
    say("eight bytes", mmio_read64(registers + DATA));
    select_item(FEATURES);
    say("features", mmio_read32(registers + DATA));
    select_item(NOTHING);
    say("nothing", mmio_read32(registers + DATA));
    say("the DMA register, low", mmio_read32(registers + DMA_LOW));
    say("the DMA register, high", mmio_read32(registers + DMA_HIGH));
}

static void by_requests(void)
{
    memset(data(), 0xee, 8);
    move("read", SIGNATURE << 16 | SELECT | READ, 4);
    move("read on, behind the end", READ, 4);
    memset(data(), 0xee, 8);
    move("skip", SIGNATURE << 16 | SELECT | SKIP, 2);
    move("and read", READ, 2);
    memset(data(), 0xee, 8);
    move("read and skip", SIGNATURE << 16 | SELECT | READ | SKIP, 2);
    move("and read", READ, 2);
    memset(data(), 0xee, 8);
    move("read and write", SIGNATURE << 16 | SELECT | READ | WRITE, 4);
    move("only select", SIGNATURE << 16 | SELECT, 4);
    move("write what is not to be written", SELECT | WRITE, 4);
    move("read nothing", (l4_uint32_t)NOTHING << 16 | SELECT | READ, 4);
    move("write nothing", (l4_uint32_t)NOTHING << 16 | SELECT | WRITE, 4);
    move("no transfer", 0, 4);
    say("a read to nowhere",
        transfer(SIGNATURE << 16 | SELECT | READ, 4, 1ull << 60));
}

/* The screen's file: its key, 0 if there is none. */
static unsigned screen_key(void)
{
    transfer(DIRECTORY << 16 | SELECT | READ, 4 + FILES_MAX * ENTRY,
             memory.bus + DATA_AT);
    for (unsigned i = 0; i < FILES_MAX; i++) {
        const unsigned char *entry = data() + 4 + i * ENTRY;
        if (!strcmp((const char *)entry + 8, "etc/ramfb")) {
            say("size of the screen's file", entry[3]);
            return (unsigned)entry[4] << 8 | entry[5];
        }
    }
    return 0;
}

static void screen(unsigned key)
{
    unsigned char *at = (unsigned char *)memory.at + 2 * L4_PAGESIZE;
    l4_uint64_t bus = memory.bus + 2 * L4_PAGESIZE;
    l4_uint32_t c[CONFIG / 4] = {
        big32((l4_uint32_t)(bus >> 32)),
        big32((l4_uint32_t)bus),
        big32(FORMAT_XRGB),
        0,
        big32(WIDTH),
        big32(HEIGHT),
        big32(WIDTH * PIXEL),
    };
    for (unsigned i = 0; i < WIDTH * HEIGHT; i++, at += PIXEL) {
        at[0] = 0x40;
        at[1] = (unsigned char)(i / WIDTH * 16);
        at[2] = (unsigned char)(i % WIDTH * 8);
    }
    move("the file before", key << 16 | SELECT | READ, CONFIG);
    move("more than the file holds", key << 16 | SELECT | WRITE, CONFIG + 1);
    memcpy(data(), c, CONFIG);
    say("the file",
        transfer(key << 16 | SELECT | WRITE, CONFIG, memory.bus + DATA_AT));
    memset(data(), 0, CONFIG);
    transfer(key << 16 | SELECT | READ, CONFIG, memory.bus + DATA_AT);
    say("it is what was written", !memcmp(data(), c, CONFIG));
    say("the picture is kept",
        !l4re_ns_register_obj_srv(l4re_env_get_cap("keep"), "screen", memory.ds,
                                  L4RE_NS_REGISTER_RW |
                                      L4RE_NS_REGISTER_STRONG));
}

int main(void)
{
    struct l4_vitrine_device what;
    unsigned key;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (device_find(RAMFB_COMPATIBLE, 0, &what) ||
        device_map(&what, &registers) ||
        device_memory(3 * L4_PAGESIZE, &memory)) {
        printf("firmware: there is none\n");
        return 1;
    }
    by_registers();
    by_requests();
    key = screen_key();
    say("the screen has a file", key != 0);
    screen(key);
    return 0;
}
