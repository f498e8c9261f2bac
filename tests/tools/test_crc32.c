/* The checksum of trace chunks: known values, and both ways to compute it. */
#include "crc32.h"

#include <criterion/criterion.h>
#include <stdlib.h>

/* RFC 3720, B.4. */
Test(crc32, gives_the_published_values)
{
    uint8_t bytes[32] = {0};
    cr_assert_eq(crc32_update(0, bytes, 32), 0x8a9136aa);
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = 0xff;
    cr_assert_eq(crc32_update(0, bytes, 32), 0x62a8ab43);
    for (unsigned i = 0; i < 32; i++)
        bytes[i] = (uint8_t)i;
    cr_assert_eq(crc32_update(0, bytes, 32), 0x46dd794e);
    cr_assert_eq(crc32_update(0, "", 0), 0);
}

Test(crc32, the_processor_and_the_table_agree)
{
    enum { SIZE = 20000 };
    static uint8_t bytes[SIZE];
    srand(1);
    for (unsigned i = 0; i < SIZE; i++)
        bytes[i] = (uint8_t)rand();
    for (unsigned n = 0; n < SIZE; n = n < 40 ? n + 1 : n + n / 3 + 7)
        for (unsigned from = 0; from < 9 && from <= n; from++)
            cr_assert_eq(crc32_update(5, bytes + from, n - from),
                         crc32_update_slow(5, bytes + from, n - from));
}

Test(crc32, goes_on_where_it_left_off)
{
    static const char text[] = "a message passes from the record's thread";
    uint32_t whole = crc32_update(0, text, sizeof(text));
    for (size_t i = 0; i <= sizeof(text); i++)
        cr_assert_eq(
            crc32_update(crc32_update(0, text, i), text + i, sizeof(text) - i),
            whole);
}
