/*
 * The firmware configuration device and its picture, from outside.
 */
#include "fw_cfg.h"
#include <criterion/criterion.h>
#include <string.h>

enum { BASE = 0x1000000, SIZE = 0x10000, REQUEST = BASE, DATA_AT = BASE + 64 };
enum { READ = 2, SELECT = 8, WRITE = 16, RAMFB_KEY = 0x20 };

static struct hw_ram ram;
static struct hw_fw_cfg device;

static void begin(void)
{
    hw_ram_init(&ram, BASE, SIZE);
    hw_fw_cfg_init(&device, &ram);
}

TestSuite(fw_cfg, .init = begin);

static unsigned char *at(uint64_t pa)
{
    return hw_ram_at(&ram, pa, 1);
}

static void put_big(uint64_t pa, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        *at(pa + i) = (unsigned char)(value >> 8 * (size - 1 - i));
}

/* Starts a transfer by halves; the control word afterwards. */
static uint32_t transfer(uint32_t control, uint32_t length, uint64_t address)
{
    put_big(REQUEST, control, 4);
    put_big(REQUEST + 4, length, 4);
    put_big(REQUEST + 8, address, 8);
    hw_fw_cfg_write(&device, 16, 4, 0);
    hw_fw_cfg_write(&device, 20, 4, __builtin_bswap32(REQUEST));
    return *at(REQUEST + 3);
}

static uint32_t show(uint64_t pixels, uint32_t format, uint32_t width,
                     uint32_t height, uint32_t stride)
{
    put_big(DATA_AT, pixels, 8);
    put_big(DATA_AT + 8, format, 4);
    put_big(DATA_AT + 12, 0, 4);
    put_big(DATA_AT + 16, width, 4);
    put_big(DATA_AT + 20, height, 4);
    put_big(DATA_AT + 24, stride, 4);
    return transfer(RAMFB_KEY << 16 | SELECT | WRITE, HW_RAMFB_SIZE, DATA_AT);
}

Test(fw_cfg, says_who_it_is_byte_by_byte)
{
    hw_fw_cfg_write(&device, 8, 2, 0);
    cr_assert_eq(hw_fw_cfg_read(&device, 0, 1), 'Q');
    cr_assert_eq(hw_fw_cfg_read(&device, 0, 2), 'E' | 'M' << 8);
    cr_assert_eq(hw_fw_cfg_read(&device, 0, 4), 'U', "and nothing behind");
    cr_assert_eq(hw_fw_cfg_read(&device, 16, 8),
                 __builtin_bswap64(0x51454d5520434647ull));
    cr_assert_eq(hw_fw_cfg_read(&device, 16, 4), __builtin_bswap32(0x51454d55));
}

Test(fw_cfg, its_directory_names_one_file)
{
    cr_assert_eq(transfer(0x19 << 16 | SELECT | READ, 68, DATA_AT), 0);
    cr_assert_eq(*at(DATA_AT + 3), 1);
    cr_assert_eq(*at(DATA_AT + 7), HW_RAMFB_SIZE);
    cr_assert_eq(*at(DATA_AT + 9), RAMFB_KEY);
    cr_assert_str_eq((char *)at(DATA_AT + 12), "etc/ramfb");
}

Test(fw_cfg, shows_the_picture_it_is_told)
{
    struct hw_picture p;
    cr_assert_not(hw_fw_cfg_picture(&device, &p));
    cr_assert_eq(show(BASE + 0x1000, 0x34325258, 16, 8, 80), 0);
    cr_assert(hw_fw_cfg_picture(&device, &p));
    cr_assert_eq(p.pixels, at(BASE + 0x1000));
    cr_assert_eq(p.width, 16);
    cr_assert_eq(p.height, 8);
    cr_assert_eq(p.stride, 80);
}

Test(fw_cfg, shows_no_nonsense)
{
    struct hw_picture p;
    static const uint32_t wrong[][4] = {
        {0x34325241, 16, 8, 64},      {0x34325258, 0, 8, 64},
        {0x34325258, 16, 0, 64},      {0x34325258, 16, 8, 63},
        {0x34325258, 9000, 8, 40000}, {0x34325258, 16, 0x1000, 64}};
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        show(BASE, wrong[i][0], wrong[i][1], wrong[i][2], wrong[i][3]);
        cr_assert_not(hw_fw_cfg_picture(&device, &p), "case %u", i);
    }
    show(BASE + SIZE - 511, 0x34325258, 16, 8, 64);
    cr_assert_not(hw_fw_cfg_picture(&device, &p), "it leaves RAM");
}

Test(fw_cfg, refuses_transfers_that_cannot_be)
{
    cr_assert_eq(transfer(SELECT | WRITE, 4, DATA_AT), 1, "the signature");
    cr_assert_eq(transfer(RAMFB_KEY << 16 | SELECT | WRITE, 29, DATA_AT), 1);
    cr_assert_eq(transfer(SELECT | READ, 4, BASE - 4096), 1);
    cr_assert_eq(transfer(SELECT | READ, 8, BASE + SIZE - 4), 1);
    hw_fw_cfg_write(&device, 20, 4, 0); /* a request nowhere: nothing */
}
