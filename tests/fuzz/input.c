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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input_at = data;
    input_end = data + size;
    fuzz_one();
    return 0;
}
