/* See input.h. */
#include "input.h"

const uint8_t *input_at, *input_end;

uint64_t input_word(void)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < 64; i += 8)
        word |= (uint64_t)input_byte() << i;
    return word;
}

uint64_t input_short_word(void)
{
    static const uint64_t border[] = {
        4095, 4096, 1ul << 31, 1ul << 40, 1ul << 63, ~0ul, ~0ul - 1, ~0ul << 11,
    };
    unsigned first = input_byte();
    if (first < 0xe0)
        return first;
    if (first < 0xe8)
        return border[first - 0xe0];
    if (first < 0xf0)
        return input_byte() | input_byte() << 8;
    return input_word();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_at = data;
    input_end = data + size;
    fuzz_one();
    return 0;
}
