/*
 * A fuzz target's input: bytes that are taken one after the other, zeros when
 * there are no more.
 */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern const uint8_t *input_at, *input_end;

static inline bool input_is_left(void)
{
    return input_at < input_end;
}

static inline unsigned input_byte(void)
{
    return input_is_left() ? *input_at++ : 0;
}

/* Eight bytes, the first the lowest. */
uint64_t input_word(void);
/* A word of one byte if it is small, else of more: for messages. */
uint64_t input_short_word(void);

/* What libFuzzer (or replay.c) calls with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
/* What each target does with its input. */
void fuzz_one(void);

#endif
