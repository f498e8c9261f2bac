/*
 * wc: lines, words and bytes of what comes in.
 */
#include <ctype.h>
#include <stdio.h>
#include <unistd.h>

int main(void)
{
    static char text[4096];
    unsigned long lines = 0, words = 0, bytes = 0;
    int in_word = 0;
    ssize_t n;
    while ((n = read(0, text, sizeof text)) > 0) {
        bytes += (unsigned long)n;
        for (ssize_t i = 0; i < n; i++) {
            int is_space = isspace((unsigned char)text[i]) != 0;
            lines += text[i] == '\n';
            words += !is_space && !in_word;
            in_word = !is_space;
        }
    }
    printf("%lu %lu %lu\n", lines, words, bytes);
    return n < 0;
}
