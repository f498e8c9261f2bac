/*
 * Base 64: three bytes are four characters of six bits.
 *
 *      |765432|10 7654|3210 76|543210|    one byte left: xx==, two: xxx=
 */
#include <l4/util/base64.h>
#include <stdlib.h>

static const char letters[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(const char *in, unsigned int in_size, char **ret_text)
{
    const unsigned char *from = (const unsigned char *)in;
    char *to = malloc(((size_t)in_size + 2) / 3 * 4 + 1);

    *ret_text = to;
    if (!to)
        return;
    while (in_size) {
        unsigned left = in_size < 3 ? in_size : 3, bits = 0;
        for (unsigned i = 0; i < 3; i++)
            bits = bits << 8 | (i < left ? *from++ : 0);
        for (unsigned i = 0; i < 4; i++)
            *to++ = i <= left ? letters[bits >> (18 - 6 * i) & 63] : '=';
        in_size -= left;
    }
    *to = 0;
}

/* The six bits of a character; -1: none. */
static int bits_of(char c)
{
    for (int i = 0; i < 64; i++)
        if (letters[i] == c)
            return i;
    return -1;
}

static int is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

void base64_decode(const char *in, unsigned int in_size, char **ret_bytes)
{
    char *to = malloc((size_t)in_size / 4 * 3 + 4);
    unsigned bits = 0, count = 0;

    *ret_bytes = to;
    if (!to)
        return;
    for (; in_size; in++, in_size--) {
        if (is_space(*in))
            continue;
        int six = bits_of(*in);
        if (six < 0)
            break;
        bits = bits << 6 | (unsigned)six;
        count += 6;
        if (count >= 8) {
            count -= 8;
            *to++ = (char)(bits >> count);
        }
    }
    *to = 0;
}
