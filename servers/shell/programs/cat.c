/*
 * cat [FILE ...]: what they hold, or what is typed, until Ctrl-D.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

enum { KEY_EOF = 4 }; /* as the console gives it at the start of a line */

static int copy(int fd)
{
    static char text[4096];
    ssize_t n;
    while ((n = read(fd, text, sizeof text)) > 0) {
        if (fd == 0 && n == 1 && text[0] == KEY_EOF)
            break;
        if (write(1, text, (size_t)n) != n)
            return 1;
    }
    return n < 0;
}

int main(int argc, char **argv)
{
    int status = 0;
    if (argc == 1 && copy(0)) {
        perror("cat");
        status = 1;
    }
    for (int i = 1; i < argc; i++) {
        int fd = open(argv[i], O_RDONLY);
        if (fd < 0 || copy(fd)) {
            perror(argv[i]);
            status = 1;
        }
        if (fd >= 0)
            close(fd);
    }
    return status;
}
