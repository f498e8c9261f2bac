/*
 * The virtio GPU behind the registers: pictures and mistakes.
 */
#include "virtio_gpu.h"
#include "virtio_driver.h"
#include <criterion/criterion.h>
#include <string.h>

enum { WIDTH = 32, HEIGHT = 24, PIXELS_AT = 8192, ANSWER_AT = 1024 };
enum {
    GET_DISPLAY_INFO = 0x100,
    CREATE_2D,
    UNREF,
    SET_SCANOUT,
    FLUSH,
    TRANSFER,
    ATTACH,
    DETACH,
    OK = 0x1100,
    OK_DISPLAY_INFO,
    UNSPECIFIED = 0x1200,
    NO_MEMORY,
    NO_SCANOUT,
    NO_RESOURCE,
    BAD_PARAMETER = 0x1205,
};
enum { HEAD_WORDS = 6, BODY_WORDS = 8 };

static struct hw_virtio_gpu gpu;

static void screen(void)
{
    driver_init();
    hw_virtio_gpu_init(&gpu, &slot, &clock_);
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
}

/* A command of `bytes` behind its head, to its end: the answer's type. */
static uint32_t command_of(uint32_t type, const uint32_t *body, uint32_t bytes)
{
    uint32_t *at = ram_at(0), *answer = ram_at(ANSWER_AT);
    memset(at, 0, HEAD_WORDS * sizeof(*at));
    at[0] = type;
    memcpy(at + HEAD_WORDS, body, bytes);
    answer[0] = 0;
    describe(0, 0, at, HEAD_WORDS * 4 + bytes, D_NEXT, 1);
    describe(0, 1, answer, 512, D_WRITE, 0);
    offer(0, 0);
    settle();
    return answer[0];
}

#define COMMAND(type, ...)                                                     \
    command_of(type, (const uint32_t[BODY_WORDS]){__VA_ARGS__}, BODY_WORDS * 4)

static uint32_t create(uint32_t id, uint32_t width, uint32_t height)
{
    return COMMAND(CREATE_2D, id, 2, width, height);
}

static uint32_t attach(uint32_t id, uint64_t pa, uint32_t size)
{
    return COMMAND(ATTACH, id, 1, (uint32_t)pa, (uint32_t)(pa >> 32), size);
}

/* A picture, shown: byte i of its pixels is i. */
static void picture(void)
{
    screen();
    unsigned char *pixels = ram_at(PIXELS_AT);
    for (unsigned i = 0; i < WIDTH * HEIGHT * 4; i++)
        pixels[i] = (unsigned char)i;
    cr_assert_eq(create(7, WIDTH, HEIGHT), OK);
    cr_assert_eq(attach(7, pa_of(pixels), WIDTH * HEIGHT * 4), OK);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 0, 7), OK);
}

Test(virtio_gpu, tells_the_size_of_its_screen, .init = screen)
{
    const uint32_t *answer = ram_at(ANSWER_AT);
    cr_assert_eq(COMMAND(GET_DISPLAY_INFO), OK_DISPLAY_INFO);
    cr_assert_eq(answer[HEAD_WORDS + 2], HW_GPU_WIDTH);
    cr_assert_eq(answer[HEAD_WORDS + 3], HW_GPU_HEIGHT);
    cr_assert_eq(answer[HEAD_WORDS + 4], 1);
    cr_assert_eq(answer[HEAD_WORDS + 6 + 4], 0);
    cr_assert_eq(get(CONFIG + 8), 1);
}

Test(virtio_gpu, shows_what_was_transferred, .init = picture)
{
    struct hw_picture p;
    cr_assert(hw_virtio_gpu_picture(&gpu, &p));
    cr_assert(p.width == WIDTH && p.height == HEIGHT && p.stride == WIDTH * 4);
    cr_assert_eq(p.pixels[5], 0);
    cr_assert_eq(COMMAND(TRANSFER, 0, 0, WIDTH, HEIGHT, 0, 0, 7), OK);
    cr_assert_eq(COMMAND(FLUSH, 0, 0, WIDTH, HEIGHT, 7), OK);
    cr_assert_arr_eq(p.pixels, (unsigned char *)ram_at(PIXELS_AT),
                     WIDTH * HEIGHT * 4);
}

Test(virtio_gpu, transfers_a_rectangle_and_no_more, .init = picture)
{
    struct hw_picture p;
    uint32_t at = (3 * WIDTH + 2) * 4;
    cr_assert_eq(COMMAND(TRANSFER, 2, 3, 4, 5, at, 0, 7), OK);
    cr_assert(hw_virtio_gpu_picture(&gpu, &p));
    for (uint32_t y = 0; y < HEIGHT; y++)
        for (uint32_t x = 0; x < WIDTH; x++) {
            bool inside = x >= 2 && x < 6 && y >= 3 && y < 8;
            uint32_t byte = (y * WIDTH + x) * 4 + 1;
            cr_assert_eq(p.pixels[byte], inside ? byte % 256 : 0);
        }
}

Test(virtio_gpu, memory_behind_a_picture_may_be_in_pieces, .init = picture)
{
    struct hw_picture p;
    uint64_t pa = pa_of(ram_at(PIXELS_AT));
    uint32_t half = WIDTH * HEIGHT * 2 + 8;
    uint32_t body[] = {
        7, 2, (uint32_t)(pa + half), 0, half, 0, (uint32_t)pa, 0, half, 0};
    cr_assert_eq(COMMAND(DETACH, 7), OK);
    cr_assert_eq(command_of(ATTACH, body, sizeof(body)), OK);
    cr_assert_eq(COMMAND(TRANSFER, 0, 0, WIDTH, HEIGHT, 0, 0, 7), OK);
    cr_assert(hw_virtio_gpu_picture(&gpu, &p));
    cr_assert_eq(p.pixels[1], (half + 1) % 256);
    cr_assert_eq(p.pixels[half + 1], 1);
}

Test(virtio_gpu, a_part_of_a_picture_may_be_shown, .init = picture)
{
    struct hw_picture p;
    cr_assert_eq(COMMAND(TRANSFER, 0, 0, WIDTH, HEIGHT, 0, 0, 7), OK);
    cr_assert_eq(COMMAND(SET_SCANOUT, 1, 2, 16, 17, 0, 7), OK);
    cr_assert(hw_virtio_gpu_picture(&gpu, &p));
    cr_assert(p.width == 16 && p.height == 17);
    cr_assert_eq(p.pixels[1], ((2 * WIDTH + 1) * 4 + 1) % 256);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, 0, 0, 0, 0), OK);
    cr_assert(!hw_virtio_gpu_picture(&gpu, &p));
}

Test(virtio_gpu, what_is_not_there_cannot_be_used, .init = screen)
{
    cr_assert_eq(COMMAND(UNREF, 1), NO_RESOURCE);
    cr_assert_eq(COMMAND(UNREF, 0), NO_RESOURCE);
    cr_assert_eq(COMMAND(FLUSH, 0, 0, 1, 1, 1), NO_RESOURCE);
    cr_assert_eq(COMMAND(TRANSFER, 0, 0, 1, 1, 0, 0, 1), NO_RESOURCE);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, 16, 16, 0, 1), NO_RESOURCE);
    cr_assert_eq(attach(1, RAM_BASE, 64), NO_RESOURCE);
    cr_assert_eq(COMMAND(DETACH, 1), NO_RESOURCE);
    cr_assert_eq(COMMAND(0x777, 1), UNSPECIFIED);
}

Test(virtio_gpu, mistakes_are_told_and_change_nothing, .init = picture)
{
    struct hw_picture p;
    cr_assert_eq(create(7, 16, 16), NO_RESOURCE);
    cr_assert_eq(create(0, 16, 16), NO_RESOURCE);
    cr_assert_eq(COMMAND(CREATE_2D, 8, 99, 16, 16), BAD_PARAMETER);
    cr_assert_eq(create(8, ~0u, 16), NO_MEMORY);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, WIDTH, HEIGHT, 1, 7), NO_SCANOUT);
    cr_assert_eq(COMMAND(SET_SCANOUT, 1, 0, WIDTH, 16, 0, 7), BAD_PARAMETER);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, 15, 16, 0, 7), BAD_PARAMETER);
    cr_assert_eq(COMMAND(FLUSH, ~0u, 0, 2, 1, 7), BAD_PARAMETER);
    cr_assert_eq(COMMAND(TRANSFER, 0, 1, 1, HEIGHT, 0, 0, 7), BAD_PARAMETER);
    cr_assert_eq(attach(7, RAM_BASE, 64), UNSPECIFIED);
    cr_assert(hw_virtio_gpu_picture(&gpu, &p));
    cr_assert(p.width == WIDTH && p.pixels[1] == 0);
}

Test(virtio_gpu, memory_must_be_ram, .init = screen)
{
    cr_assert_eq(create(1, 16, 16), OK);
    cr_assert_eq(COMMAND(SET_SCANOUT, 0, 0, 16, 16, 0, 1), UNSPECIFIED);
    cr_assert_eq(attach(1, 0x1000, 64), UNSPECIFIED);
    cr_assert_eq(attach(1, ~0ull, 64), UNSPECIFIED);
    cr_assert_eq(COMMAND(ATTACH, 1, HW_GPU_PIECES + 1), UNSPECIFIED);
    cr_assert_eq(COMMAND(TRANSFER, 0, 0, 1, 1, 0, 0, 1), UNSPECIFIED);
    cr_assert_eq(COMMAND(DETACH, 1), UNSPECIFIED);
}

Test(virtio_gpu, a_picture_taken_back_is_not_shown, .init = picture)
{
    struct hw_picture p;
    cr_assert_eq(COMMAND(UNREF, 7), OK);
    cr_assert(!hw_virtio_gpu_picture(&gpu, &p));
    cr_assert_eq(create(7, WIDTH, HEIGHT), OK);
}

Test(virtio_gpu, a_reset_forgets_all, .init = picture)
{
    struct hw_picture p;
    put(STATUS, 0);
    cr_assert(!hw_virtio_gpu_picture(&gpu, &p));
    driver_start(HW_VIRTIO_F_VERSION_1, 2);
    cr_assert_eq(COMMAND(FLUSH, 0, 0, 1, 1, 7), NO_RESOURCE);
}

Test(virtio_gpu, only_so_many_pictures, .init = screen)
{
    for (uint32_t i = 1; i <= HW_GPU_RESOURCES; i++)
        cr_assert_eq(create(i, 16, 16), OK);
    cr_assert_eq(create(100, 16, 16), NO_MEMORY);
}

Test(virtio_gpu, a_fence_comes_back, .init = screen)
{
    uint32_t *at = ram_at(0), *answer = ram_at(ANSWER_AT);
    memset(at, 0, 64);
    at[0] = UNREF;
    at[1] = 1; /* fence */
    at[2] = 0x1234;
    describe(0, 0, at, HEAD_WORDS * 4 + 8, D_NEXT, 1);
    describe(0, 1, answer, 24, D_WRITE, 0);
    offer(0, 0);
    settle();
    cr_assert(answer[0] == NO_RESOURCE && answer[1] == 1 &&
              answer[2] == 0x1234);
    cr_assert_eq(queue_at(0)->used[0].size, 24);
}

Test(virtio_gpu, cursors_are_taken_and_forgotten, .init = screen)
{
    describe(1, 0, ram_at(0), 56, 0, 0);
    offer(1, 0);
    settle();
    cr_assert_eq(queue_at(1)->used_idx, 1);
}
