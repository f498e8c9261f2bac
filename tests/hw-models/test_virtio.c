/*
 * virtio-mmio, register by register, then what a driver does wrong with its
 * rings. The device behind is the block device, where one is needed.
 */
#include "virtio_block.h"
#include "virtio_driver.h"
#include <criterion/criterion.h>
#include <string.h>

enum { SECTORS = 16 };
static unsigned char image[SECTORS * HW_SECTOR];
static struct hw_virtio_block block;

static void empty(void)
{
    driver_init();
}

static void with_disk(void)
{
    driver_init();
    hw_virtio_block_init(&block, &slot, &clock_, image, SECTORS, false);
}

static void running(void)
{
    with_disk();
    driver_start(HW_VIRTIO_F_VERSION_1, 1);
}

static struct {
    uint32_t type, reserved;
    uint64_t sector;
} * header;

/* A request to read one sector: descriptors first, + 1, + 2. */
static unsigned char *request(unsigned first)
{
    unsigned char *data = ram_at(4096 * (first + 1));

    header = ram_at(0);
    describe(0, first, header, 16, D_NEXT, (uint16_t)(first + 1));
    describe(0, first + 1, data, HW_SECTOR, D_NEXT | D_WRITE,
             (uint16_t)(first + 2));
    describe(0, first + 2, data + HW_SECTOR, 1, D_WRITE, 0);
    data[HW_SECTOR] = 0xee;
    return data;
}

Test(virtio, empty_slot_has_device_id_0, .init = empty)
{
    cr_assert_eq(get(MAGIC), 0x74726976);
    cr_assert_eq(get(VERSION), 2);
    cr_assert_eq(get(DEVICE_ID), 0);
    cr_assert_eq(get(VENDOR_ID), 0x554d4551);
    put(STATUS, 1);
    cr_assert_eq(get(STATUS), 0);
    cr_assert_eq(get(CONFIG), 0);
}

Test(virtio, identifies_the_device, .init = with_disk)
{
    cr_assert_eq(get(MAGIC), 0x74726976);
    cr_assert_eq(get(VERSION), 2);
    cr_assert_eq(get(DEVICE_ID), 2);
    cr_assert_eq(get(CONFIG_GENERATION), 0);
    cr_assert_eq(get(QUEUE_NUM_MAX), 1024);
}

Test(virtio, registers_are_32_bits_wide, .init = with_disk)
{
    cr_assert_eq(hw_virtio_read(&slot, MAGIC, 1), 0);
    cr_assert_eq(hw_virtio_read(&slot, DEVICE_ID, 2), 0);
    hw_virtio_write(&slot, STATUS, 1, 1);
    cr_assert_eq(get(STATUS), 0);
}

Test(virtio, write_only_registers_read_0, .init = with_disk)
{
    static const unsigned offsets[] = {
        DEVICE_FEATURES_SEL, DRIVER_FEATURES, DRIVER_FEATURES_SEL, QUEUE_SEL,
        QUEUE_NUM,           QUEUE_NOTIFY,    INTERRUPT_ACK,       QUEUE_DESC,
        QUEUE_DESC + 4,      QUEUE_AVAIL,     QUEUE_AVAIL + 4,     QUEUE_USED,
        QUEUE_USED + 4};

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++)
        cr_assert_eq(get(offsets[i]), 0, "register %#x", offsets[i]);
}

Test(virtio, read_only_registers_stay, .init = with_disk)
{
    static const unsigned offsets[] = {
        MAGIC,         VERSION,          DEVICE_ID, VENDOR_ID,
        QUEUE_NUM_MAX, INTERRUPT_STATUS, CONFIG,    CONFIG_GENERATION};

    for (size_t i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
        uint32_t before = get(offsets[i]);
        put(offsets[i], 0x12345678);
        cr_assert_eq(get(offsets[i]), before, "register %#x", offsets[i]);
    }
}

Test(virtio, features_come_in_two_halves, .init = with_disk)
{
    put(DEVICE_FEATURES_SEL, 0);
    cr_assert_eq(get(DEVICE_FEATURES), 0x30000244);
    put(DEVICE_FEATURES_SEL, 1);
    cr_assert_eq(get(DEVICE_FEATURES), 1);
    put(DEVICE_FEATURES_SEL, 7); /* anything but 0 is the upper half */
    cr_assert_eq(get(DEVICE_FEATURES), 1);
}

Test(virtio, features_nobody_offered_are_left_out, .init = with_disk)
{
    driver_start(~0ull, 1);
    cr_assert_eq(get(STATUS), DRIVER_OK);
    cr_assert_eq(slot.features, block.kind.features);
}

Test(virtio, features_are_settled_once, .init = running)
{
    put(DRIVER_FEATURES_SEL, 0);
    put(DRIVER_FEATURES, 0x200);
    put(STATUS, DRIVER_OK);
    cr_assert_eq(slot.features, HW_VIRTIO_F_VERSION_1);
}

Test(virtio, status_keeps_eight_bits, .init = with_disk)
{
    put(STATUS, 0x101);
    cr_assert_eq(get(STATUS), 1);
}

Test(virtio, reset_forgets_everything, .init = running)
{
    request(0);
    offer(0, 0);
    settle();
    cr_assert_eq(get(INTERRUPT_STATUS), 1);
    put(STATUS, 0);
    cr_assert_eq(get(STATUS), 0);
    cr_assert_eq(get(INTERRUPT_STATUS), 0);
    cr_assert_eq(irq, false);
    put(QUEUE_SEL, 0);
    cr_assert_eq(get(QUEUE_READY), 0);
    cr_assert_eq(slot.features, 0);
}

Test(virtio, reset_stops_what_is_under_way, .init = running)
{
    unsigned char *data = request(0);

    offer(0, 0);
    put(STATUS, 0);
    settle();
    cr_assert_eq(data[HW_SECTOR], 0xee);
    cr_assert_eq(irq, false);
}

Test(virtio, a_queue_that_is_not_there_has_no_entries, .init = with_disk)
{
    put(QUEUE_SEL, 1);
    cr_assert_eq(get(QUEUE_NUM_MAX), 0);
    put(QUEUE_READY, 1);
    cr_assert_eq(get(QUEUE_READY), 0);
    put(QUEUE_SEL, 5000); /* refused: the old one stays */
    cr_assert_eq(get(QUEUE_NUM_MAX), 0);
    put(QUEUE_SEL, 0);
    cr_assert_eq(get(QUEUE_NUM_MAX), 1024);
}

Test(virtio, a_queue_size_out_of_range_is_refused, .init = with_disk)
{
    put(QUEUE_NUM, 0);
    cr_assert_eq(slot.queue[0].num, 256);
    put(QUEUE_NUM, 1025);
    cr_assert_eq(slot.queue[0].num, 256);
    put(QUEUE_NUM, 16);
    cr_assert_eq(slot.queue[0].num, 16);
}

Test(virtio, interrupt_stays_until_acknowledged, .init = running)
{
    request(0);
    offer(0, 0);
    cr_assert_eq(irq, false);
    settle();
    cr_assert_eq(irq, true);
    cr_assert_eq(get(INTERRUPT_STATUS), 1);
    put(INTERRUPT_ACK, 2);
    cr_assert_eq(irq, true);
    put(INTERRUPT_ACK, 1);
    cr_assert_eq(irq, false);
}

Test(virtio, no_interrupt_if_the_driver_wants_none, .init = running)
{
    queue_at(0)->avail_flags = 1;
    request(0);
    offer(0, 0);
    settle();
    cr_assert_eq(queue_at(0)->used_idx, 1);
    cr_assert_eq(get(INTERRUPT_STATUS), 0);
}

Test(virtio, event_index_says_when_to_interrupt, .init = with_disk)
{
    driver_start(HW_VIRTIO_F_VERSION_1 | HW_VIRTIO_F_EVENT_IDX, 1);
    queue_at(0)->used_event = 1; /* tell me of the second one */
    request(0);
    offer(0, 0);
    settle();
    put(INTERRUPT_ACK, 1); /* the first ever is always told */
    rises = 0;
    offer(0, 0);
    settle();
    cr_assert_eq(rises, 1);
    put(INTERRUPT_ACK, 1);
    offer(0, 0);
    settle();
    cr_assert_eq(rises, 1);
    cr_assert_eq(queue_at(0)->avail_event, 3);
}

Test(virtio, used_entries_name_head_and_bytes, .init = running)
{
    request(3);
    offer(0, 3);
    settle();
    cr_assert_eq(queue_at(0)->used_idx, 1);
    cr_assert_eq(queue_at(0)->used[0].id, 3);
    cr_assert_eq(queue_at(0)->used[0].size, HW_SECTOR + 1);
}

Test(virtio, indices_wrap, .init = running)
{
    queue_at(0)->avail_flags = 1;
    request(0);
    for (unsigned i = 0; i < 70000; i++) {
        offer(0, 0);
        settle();
    }
    cr_assert_eq(queue_at(0)->used_idx, (uint16_t)70000);
    cr_assert_eq(get(STATUS), DRIVER_OK);
}

Test(virtio, indirect_descriptors_are_followed, .init = with_disk)
{
    unsigned char *data;
    struct d_desc *table = ram_at(60000 & ~15);

    driver_start(HW_VIRTIO_F_VERSION_1 | HW_VIRTIO_F_INDIRECT, 1);
    data = request(0);
    memcpy(table, queue_at(0)->desc, 3 * sizeof(*table));
    describe(0, 5, table, 3 * sizeof(*table), D_INDIRECT, 0);
    image[0] = 77;
    offer(0, 5);
    settle();
    cr_assert_eq(data[0], 77);
    cr_assert_eq(queue_at(0)->used[0].id, 5);
}

/* Each way to break the rules: the device wants a reset and says so. */
static void expect_broken(void)
{
    settle();
    cr_assert_eq(get(STATUS), DRIVER_OK | NEEDS_RESET);
    cr_assert_eq(get(INTERRUPT_STATUS), 3);
    cr_assert_eq(get(CONFIG_GENERATION), 1);
    cr_assert_eq(queue_at(0)->used_idx, 0);
    driver_start(HW_VIRTIO_F_VERSION_1, 1);
    memset(queue_at(0), 0, sizeof(struct d_queue));
    request(0);
    offer(0, 0);
    settle();
    cr_assert_eq(queue_at(0)->used_idx, 1, "works again after a reset");
}

Test(virtio, a_loop_of_descriptors_breaks_it, .init = running)
{
    describe(0, 0, ram_at(0), 16, D_NEXT, 1);
    describe(0, 1, ram_at(0), 16, D_NEXT, 0);
    offer(0, 0);
    expect_broken();
}

Test(virtio, a_descriptor_out_of_the_table_breaks_it, .init = running)
{
    request(0);
    queue_at(0)->desc[0].next = NUM;
    offer(0, 0);
    expect_broken();
}

Test(virtio, a_head_out_of_the_table_breaks_it, .init = running)
{
    offer(0, NUM + 3);
    expect_broken();
}

Test(virtio, a_buffer_out_of_ram_breaks_it, .init = running)
{
    request(0);
    queue_at(0)->desc[1].address = RAM_BASE + (1 << 20) - 100;
    offer(0, 0);
    expect_broken();
}

Test(virtio, reading_behind_writing_breaks_it, .init = running)
{
    request(0);
    queue_at(0)->desc[2].flags = 0;
    offer(0, 0);
    expect_broken();
}

Test(virtio, more_buffers_than_entries_breaks_it, .init = running)
{
    request(0);
    queue_at(0)->avail_idx = NUM;
    offer(0, 0);
    expect_broken();
}

Test(virtio, indirect_without_the_feature_breaks_it, .init = running)
{
    describe(0, 0, ram_at(0), 48, D_INDIRECT, 0);
    offer(0, 0);
    expect_broken();
}

Test(virtio, rings_outside_ram_do_no_harm, .init = with_disk)
{
    driver_start(HW_VIRTIO_F_VERSION_1, 0);
    put(QUEUE_NUM, NUM);
    put(QUEUE_DESC + 4, 0xffffffff);
    put(QUEUE_AVAIL + 4, 0xffffffff);
    put(QUEUE_USED + 4, 0xffffffff);
    put(QUEUE_READY, 1);
    put(QUEUE_NOTIFY, 0);
    settle();
    cr_assert_eq(get(STATUS) & ~NEEDS_RESET, DRIVER_OK);
}

Test(virtio, configuration_reads_by_bytes_and_words, .init = with_disk)
{
    cr_assert_eq(get(CONFIG), SECTORS);
    cr_assert_eq(hw_virtio_read(&slot, CONFIG, 1), SECTORS);
    cr_assert_eq(hw_virtio_read(&slot, CONFIG + 20, 2), HW_SECTOR);
    cr_assert_eq(get(CONFIG + 36), 0xffffffff, "behind its end");
    cr_assert_eq(hw_virtio_read(&slot, CONFIG + 36, 1), 0xff);
}
