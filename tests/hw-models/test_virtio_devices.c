/*
 * The virtio devices behind the registers: block, network, console, input.
 */
#include "virtio_block.h"
#include "virtio_console.h"
#include "virtio_driver.h"
#include "virtio_input.h"
#include "virtio_net.h"
#include <criterion/criterion.h>
#include <string.h>

/* --- block ------------------------------------------------------------------
 */

enum { SECTORS = 16, READ = 0, WRITE = 1, FLUSH = 4, ID = 8 };
enum { OK = 0, IOERR = 1, UNSUPPORTED = 2 };
static unsigned char image[SECTORS * HW_SECTOR];
static struct hw_virtio_block block;

static void disk(void)
{
    for (size_t i = 0; i < sizeof(image); i++)
        image[i] = (unsigned char)(i / HW_SECTOR + i);
    driver_init();
    hw_virtio_block_init(&block, &slot, &clock_, image, SECTORS, false);
    driver_start(HW_VIRTIO_F_VERSION_1, 1);
}

static void read_only_disk(void)
{
    disk();
    hw_virtio_block_init(&block, &slot, &clock_, image, SECTORS, true);
    driver_start(HW_VIRTIO_F_VERSION_1 | 1 << 5, 1);
}

/* One request to its end: the status; data at ram_at(4096). */
static unsigned char request(uint32_t type, uint64_t sector, uint32_t bytes)
{
    struct {
        uint32_t type, reserved;
        uint64_t sector;
    } *header = ram_at(0);
    unsigned char *status = ram_at(64), *data = ram_at(4096);

    header->type = type;
    header->sector = sector;
    *status = 0xee;
    describe(0, 0, header, 16, D_NEXT, bytes ? 1 : 2);
    describe(0, 1, data, bytes, D_NEXT | (type == WRITE ? 0 : D_WRITE), 2);
    describe(0, 2, status, 1, D_WRITE, 0);
    offer(0, 0);
    settle();
    return *status;
}

Test(virtio_block, reads_sectors, .init = disk)
{
    cr_assert_eq(request(READ, 3, 2 * HW_SECTOR), OK);
    cr_assert_arr_eq((char *)ram_at(4096), image + 3 * HW_SECTOR,
                     2 * HW_SECTOR);
    cr_assert_eq(queue_at(0)->used[0].size, 2 * HW_SECTOR + 1);
}

Test(virtio_block, writes_sectors, .init = disk)
{
    memset(ram_at(4096), 0x5a, HW_SECTOR);
    cr_assert_eq(request(WRITE, SECTORS - 1, HW_SECTOR), OK);
    cr_assert_eq(image[sizeof(image) - 1], 0x5a);
    cr_assert_eq(image[sizeof(image) - HW_SECTOR - 1],
                 (unsigned char)(SECTORS - 2 + sizeof(image) - HW_SECTOR - 1));
    cr_assert_eq(queue_at(0)->used[0].size, 1);
}

Test(virtio_block, out_of_range_is_an_error_and_moves_nothing, .init = disk)
{
    unsigned char *data = ram_at(4096);

    data[0] = 0x11;
    cr_assert_eq(request(READ, SECTORS, HW_SECTOR), IOERR);
    cr_assert_eq(request(READ, SECTORS - 1, 2 * HW_SECTOR), IOERR);
    cr_assert_eq(request(READ, ~0ull, HW_SECTOR), IOERR);
    cr_assert_eq(request(READ, ~0ull / HW_SECTOR, HW_SECTOR), IOERR);
    cr_assert_eq(data[0], 0x11);
    cr_assert_eq(get(STATUS), DRIVER_OK);
}

Test(virtio_block, part_of_a_sector_is_an_error, .init = disk)
{
    cr_assert_eq(request(READ, 0, 100), IOERR);
}

Test(virtio_block, flush_and_id_answer, .init = disk)
{
    cr_assert_eq(request(FLUSH, 0, 0), OK);
    memset(ram_at(4096), 0xff, 20);
    cr_assert_eq(request(ID, 0, 20), OK);
    cr_assert_eq(*(char *)ram_at(4096), 0);
}

Test(virtio_block, an_unknown_request_is_unsupported, .init = disk)
{
    cr_assert_eq(request(99, 0, HW_SECTOR), UNSUPPORTED);
}

Test(virtio_block, read_only_refuses_writes, .init = read_only_disk)
{
    put(DEVICE_FEATURES_SEL, 0);
    cr_assert(get(DEVICE_FEATURES) & 1 << 5);
    cr_assert_eq(request(WRITE, 0, HW_SECTOR), IOERR);
    cr_assert_eq(image[1], 1);
}

Test(virtio_block, a_request_takes_its_time, .init = disk)
{
    uint64_t before = clock_.now;

    request(READ, 0, 4 * HW_SECTOR);
    cr_assert_eq(clock_.now - before,
                 HW_BLOCK_REQUEST_NS + 4 * HW_BLOCK_SECTOR_NS);
}

Test(virtio_block, requests_are_done_in_order, .init = disk)
{
    put(QUEUE_SEL, 0);
    request(READ, 0, HW_SECTOR);
    describe(0, 3, ram_at(0), 16, D_NEXT, 2);
    offer(0, 0);
    offer(0, 3);
    settle();
    cr_assert_eq(queue_at(0)->used_idx, 3);
    cr_assert_eq(queue_at(0)->used[1].id, 0);
    cr_assert_eq(queue_at(0)->used[2].id, 3);
}

Test(virtio_block, a_request_without_a_status_breaks_it, .init = disk)
{
    describe(0, 0, ram_at(0), 16, 0, 0);
    offer(0, 0);
    cr_assert_eq(get(STATUS), DRIVER_OK | NEEDS_RESET);
}

Test(virtio_block, a_short_header_breaks_it, .init = disk)
{
    describe(0, 0, ram_at(0), 8, D_NEXT, 1);
    describe(0, 1, ram_at(64), 1, D_WRITE, 0);
    offer(0, 0);
    cr_assert_eq(get(STATUS), DRIVER_OK | NEEDS_RESET);
}

/* --- network -----------------------------------------------------------------
 */

enum { RX = 0, TX = 1, HEADER = 12 };
static struct hw_virtio_net net;
static unsigned char sent[HW_NET_FRAME_MAX];
static unsigned sent_size, listened;

static void on_frame(void *data, const void *frame, unsigned size)
{
    (void)data;
    memcpy(sent, frame, size);
    sent_size = size;
}

static void on_listens(void *data)
{
    (void)data;
    listened++;
}

static void adapter(void)
{
    static const unsigned char mac[6] = {0x52, 0x54, 0, 1, 2, 3};

    driver_init();
    hw_virtio_net_init(&net, &slot, &clock_, mac, on_frame, NULL);
    net.listens = on_listens;
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
}

Test(virtio_net, tells_its_address_and_link, .init = adapter)
{
    cr_assert_eq(get(DEVICE_ID), 1);
    cr_assert_eq(hw_virtio_read(&slot, CONFIG + 5, 1), 3);
    cr_assert_eq(hw_virtio_read(&slot, CONFIG + 6, 2), 1);
}

Test(virtio_net, sends_a_frame_in_its_time, .init = adapter)
{
    unsigned char *frame = ram_at(0);

    memset(frame + HEADER, 0xab, 60);
    describe(TX, 0, frame, HEADER + 60, 0, 0);
    offer(TX, 0);
    cr_assert_eq(sent_size, 0);
    settle();
    cr_assert_eq(clock_.now, HW_NET_FRAME_NS + 60 * HW_NET_BYTE_NS);
    cr_assert_eq(sent_size, 60);
    cr_assert_eq(sent[59], 0xab);
    cr_assert_eq(queue_at(TX)->used[0].size, 0);
}

Test(virtio_net, a_frame_too_long_is_not_sent, .init = adapter)
{
    describe(TX, 0, ram_at(0), HEADER + HW_NET_FRAME_MAX + 1, 0, 0);
    offer(TX, 0);
    settle();
    cr_assert_eq(sent_size, 0);
    cr_assert_eq(queue_at(TX)->used_idx, 1);
    cr_assert_eq(net.dropped, 1);
}

Test(virtio_net, receives_with_a_header, .init = adapter)
{
    unsigned char *buffer = ram_at(0);

    describe(RX, 0, buffer, 2048, D_WRITE, 0);
    offer(RX, 0);
    cr_assert_eq(listened, 1);
    cr_assert(hw_virtio_net_input(&net, "hello, adapter", 14));
    cr_assert_eq(queue_at(RX)->used[0].size, HEADER + 14);
    cr_assert_eq(buffer[10], 1, "one buffer");
    cr_assert_eq(memcmp(buffer + HEADER, "hello, adapter", 14), 0);
    cr_assert(irq);
}

Test(virtio_net, drops_what_nobody_waits_for, .init = adapter)
{
    cr_assert_not(hw_virtio_net_input(&net, "x", 1));
    describe(RX, 0, ram_at(0), 20, D_WRITE, 0);
    offer(RX, 0);
    cr_assert_not(hw_virtio_net_input(&net, "longer than the buffer", 22));
    cr_assert_eq(net.dropped, 2);
}

/* --- console -----------------------------------------------------------------
 */

static struct hw_virtio_console console;
static char text[64];

static void on_text(void *data, const void *piece, unsigned size)
{
    (void)data;
    strncat(text, piece, size);
}

static void terminal(void)
{
    driver_init();
    hw_virtio_console_init(&console, &slot, &clock_, on_text, NULL);
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
}

Test(virtio_console, writes_all_pieces, .init = terminal)
{
    strcpy(ram_at(0), "one ");
    strcpy(ram_at(64), "two");
    describe(TX, 0, ram_at(0), 4, D_NEXT, 1);
    describe(TX, 1, ram_at(64), 3, 0, 0);
    offer(TX, 0);
    settle();
    cr_assert_eq(strcmp(text, "one two"), 0);
    cr_assert_eq(get(DEVICE_ID), 3);
}

Test(virtio_console, input_fills_the_next_buffer, .init = terminal)
{
    cr_assert_eq(hw_virtio_console_input(&console, "lost", 4), 0);
    describe(RX, 0, ram_at(0), 3, D_WRITE, 0);
    offer(RX, 0);
    cr_assert_eq(hw_virtio_console_input(&console, "abcd", 4), 3);
    cr_assert_eq(queue_at(RX)->used[0].size, 3);
    cr_assert_eq(memcmp(ram_at(0), "abc", 3), 0);
}

/* --- input -----------------------------------------------------------------
 */

enum { KEY_A = 30, LIGHT = 0x11, QUEUE_STATUS = 1 };
static struct hw_virtio_input input;
static unsigned listened;

struct input_event {
    uint16_t type, code;
    uint32_t value;
};

static void on_input_listens(void *data)
{
    (void)data;
    listened++;
}

static void keyboard(void)
{
    driver_init();
    listened = 0;
    hw_virtio_input_init(&input, &slot, HW_INPUT_KEYBOARD, on_input_listens,
                         NULL);
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
}

static void tablet(void)
{
    driver_init();
    hw_virtio_input_init(&input, &slot, HW_INPUT_TABLET, NULL, NULL);
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
}

/* The size of what it answers. */
static unsigned ask(unsigned select, unsigned subsel)
{
    hw_virtio_write(&slot, CONFIG, 1, select);
    hw_virtio_write(&slot, CONFIG + 1, 1, subsel);
    return (unsigned)hw_virtio_read(&slot, CONFIG + 2, 1);
}

static unsigned answer(unsigned byte)
{
    return (unsigned)hw_virtio_read(&slot, CONFIG + 8 + byte, 1);
}

Test(virtio_input, tells_its_name_and_codes, .init = keyboard)
{
    cr_assert_eq(get(DEVICE_ID), HW_VIRTIO_INPUT);
    cr_assert_eq(ask(0x01, 0), sizeof("QEMU Virtio Keyboard"));
    cr_assert_eq(answer(5), 'V');
    cr_assert_eq(ask(0x03, 0), 8);
    cr_assert_eq(ask(0x11, HW_INPUT_KEY), 29);
    cr_assert(answer(KEY_A / 8) >> KEY_A % 8 & 1);
    cr_assert_not(answer(0) & 1);
    cr_assert_eq(ask(0x11, HW_INPUT_ABS), 0);
    cr_assert_eq(ask(0x12, 0), 0);
    cr_assert_eq(answer(0), 0); /* nothing is left of other answers */
    cr_assert_eq(ask(0x77, 3), 0);
    cr_assert_eq(hw_virtio_read(&slot, CONFIG, 4),
                 0); /* of the question, too */
    cr_assert_eq(ask(0x11, LIGHT), 1);
}

Test(virtio_input, an_answer_is_told_by_an_interrupt, .init = keyboard)
{
    cr_assert_not(irq);
    ask(0x01, 0);
    cr_assert(irq);
}

Test(virtio_input, tells_the_ranges_of_axes, .init = tablet)
{
    cr_assert_eq(ask(0x12, 1), 20);
    cr_assert_eq(answer(4), 0xff);
    cr_assert_eq(answer(5), 0x7f);
    cr_assert_eq(ask(0x12, 2), 0);
    cr_assert(hw_virtio_input_has(&input, HW_INPUT_KEY, 0x110));
    cr_assert_not(hw_virtio_input_has(&input, HW_INPUT_KEY, KEY_A));
}

Test(virtio_input, only_the_question_can_be_written, .init = keyboard)
{
    ask(0x01, 0);
    hw_virtio_write(&slot, CONFIG + 2, 1, 99);
    hw_virtio_write(&slot, CONFIG + 8, 4, 0);
    hw_virtio_write(&slot, CONFIG + 134, 4, 0); /* leaves the configuration */
    cr_assert_eq(hw_virtio_read(&slot, CONFIG + 2, 1),
                 sizeof("QEMU Virtio Keyboard"));
    cr_assert_eq(answer(0), 'Q');
}

Test(virtio_input, an_event_fills_a_buffer_and_interrupts, .init = keyboard)
{
    struct input_event *e = ram_at(0);

    cr_assert_not(hw_virtio_input_event(&input, HW_INPUT_KEY, KEY_A, 1));
    cr_assert_eq(listened, 0);
    describe(0, 0, e, sizeof(*e), D_WRITE, 0);
    offer(0, 0);
    cr_assert_eq(listened, 1);
    cr_assert(hw_virtio_input_event(&input, HW_INPUT_KEY, KEY_A, 1));
    cr_assert_eq(e->type, HW_INPUT_KEY);
    cr_assert_eq(e->code, KEY_A);
    cr_assert_eq(e->value, 1);
    cr_assert_eq(queue_at(0)->used[0].size, sizeof(*e));
    cr_assert(irq);
    /* Without a buffer it is lost. */
    cr_assert_not(hw_virtio_input_event(&input, HW_INPUT_KEY, KEY_A, 0));
}

Test(virtio_input, takes_what_the_driver_says, .init = keyboard)
{
    struct input_event *e = ram_at(0);

    e->type = LIGHT;
    describe(QUEUE_STATUS, 0, e, sizeof(*e), 0, 0);
    offer(QUEUE_STATUS, 0);
    cr_assert_eq(queue_at(QUEUE_STATUS)->used_idx, 1);
    cr_assert_eq(queue_at(QUEUE_STATUS)->used[0].size, sizeof(*e));
}
