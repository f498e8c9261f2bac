/*
 * CRC-32C of trace chunks, by the reader and the simulator, which sums up
 * every record it writes: it has to be fast.
 *
 * The processor's instruction takes 8 bytes, can begin one per cycle and is
 * done three cycles later; so three streams run side by side:
 *
 *      | A: 1024 bytes | B: 1024 bytes | C: 1024 bytes | ...
 *
 *      crc(A B C) = shift(shift(crc(A)) ^ crc(B)) ^ crc(C)
 *
 * where shift() is what 1024 zero bytes do to a checksum: linear, so four
 * tables of 256 words do it.
 *
 * Source: Gopal et al., "Fast CRC computation for iSCSI polynomial using
 * CRC32 instruction", Intel white paper (2011).
 */
#include "crc32.h"

#include <stdbool.h>
#include <string.h>

enum { STREAM = 1024 };
static const uint32_t POLYNOMIAL = 0x82f63b78;

static uint32_t by_byte[256];
static uint32_t shift_table[4][256];

static void by_byte_make(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;
        for (unsigned bit = 0; bit < 8; bit++)
            c = c >> 1 ^ (c & 1 ? POLYNOMIAL : 0);
        by_byte[i] = c;
    }
}

/* `crc` without the inversions at both ends. */
static uint32_t slow(uint32_t crc, const uint8_t *p, size_t size)
{
    for (; size; size--)
        crc = crc >> 8 ^ by_byte[(crc ^ *p++) & 0xff];
    return crc;
}

static void shift_make(void)
{
    static const uint8_t zeros[STREAM];

    for (unsigned byte = 0; byte < 4; byte++)
        for (uint32_t i = 0; i < 256; i++)
            shift_table[byte][i] = slow(i << 8 * byte, zeros, STREAM);
}

static uint32_t shift(uint32_t crc)
{
    return shift_table[0][crc & 0xff] ^ shift_table[1][crc >> 8 & 0xff] ^
           shift_table[2][crc >> 16 & 0xff] ^ shift_table[3][crc >> 24];
}

static uint64_t load(const uint8_t *p)
{
    uint64_t word;

    memcpy(&word, p, sizeof(word));
    return word;
}

#if defined(__x86_64__)
#define HARDWARE        __attribute__((target("sse4.2")))
#define STEP(crc, word) __builtin_ia32_crc32di((crc), (word))
static bool has_hardware(void)
{
    return __builtin_cpu_supports("sse4.2");
}
#elif defined(__aarch64__)
#include <sys/auxv.h>
#define HARDWARE        __attribute__((target("+crc")))
#define STEP(crc, word) __builtin_aarch64_crc32cx((uint32_t)(crc), (word))
static bool has_hardware(void)
{
    return getauxval(AT_HWCAP) & 1 << 7; /* HWCAP_CRC32 */
}
#else
#define HARDWARE
#define STEP(crc, word) ((crc) ^ (word))
static bool has_hardware(void)
{
    return false;
}
#endif

HARDWARE static uint32_t fast(uint32_t crc, const uint8_t *p, size_t size)
{
    for (; size >= 3 * STREAM; size -= 3 * STREAM, p += 3 * STREAM) {
        uint64_t a = crc, b = 0, c = 0;
        for (unsigned i = 0; i < STREAM; i += 8) {
            a = STEP(a, load(p + i));
            b = STEP(b, load(p + i + STREAM));
            c = STEP(c, load(p + i + 2 * STREAM));
        }
        crc = shift(shift((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
    }
    for (; size >= 8; size -= 8, p += 8)
        crc = (uint32_t)STEP(crc, load(p));
    return slow(crc, p, size);
}

static bool is_fast;

__attribute__((constructor)) static void make_tables(void)
{
    by_byte_make();
    shift_make();
    is_fast = has_hardware();
}

uint32_t crc32_update(uint32_t crc, const void *data, size_t size)
{
    return ~(is_fast ? fast(~crc, data, size) : slow(~crc, data, size));
}

uint32_t crc32_update_slow(uint32_t crc, const void *data, size_t size)
{
    return ~slow(~crc, data, size);
}
