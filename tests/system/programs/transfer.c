/*
 * A TCP transfer whose data is looked at, there and back.
 *
 *      sys-transfer serve              sends back what one client sends
 *      sys-transfer ADDRESS ROUNDS     sends and gets back ROUNDS pieces
 *
 * Each byte follows from where it is in the stream, so what is lost, doubled
 * or out of its place is found.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PORT = 7, PIECE = 8192, TRIES = 100, PAUSE_US = 10000 };

static struct sockaddr_in address_of(const char *text)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    inet_pton(AF_INET, text, &a.sin_addr);
    return a;
}

static char byte_at(unsigned long at)
{
    return (char)(at * 7 + at / 251 + at / 65521);
}

/* All of it; false: the connection has ended. */
static int send_all(int to, const char *data, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t n = send(to, data + done, size - done, 0);
        if (n <= 0)
            return 0;
        done += (size_t)n;
    }
    return 1;
}

static int serve(void)
{
    static char data[PIECE];
    struct sockaddr_in any = address_of("0.0.0.0");
    int s = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(s, (void *)&any, sizeof any) || listen(s, 1)) {
        perror("listen");
        return 1;
    }
    int c = accept(s, NULL, NULL);
    ssize_t n;
    while ((n = recv(c, data, sizeof data, 0)) > 0)
        if (!send_all(c, data, (size_t)n))
            break;
    close(c);
    return 0;
}

/* Tries until somebody listens there. */
static int connect_to(const char *text)
{
    struct sockaddr_in a = address_of(text);
    for (unsigned i = 0; i < TRIES; i++) {
        int s = socket(AF_INET, SOCK_STREAM, 0);
        if (!connect(s, (void *)&a, sizeof a))
            return s;
        close(s);
        usleep(PAUSE_US);
    }
    return -1;
}

/* One piece there and back; false: it is not what was sent. */
static int round_trip(int s, unsigned long at)
{
    static char data[PIECE], back[PIECE];
    for (size_t i = 0; i < PIECE; i++)
        data[i] = byte_at(at + i);
    if (!send_all(s, data, PIECE))
        return 0;
    for (size_t got = 0; got < PIECE;) {
        ssize_t n = recv(s, back + got, PIECE - got, 0);
        if (n <= 0)
            return 0;
        got += (size_t)n;
    }
    return !memcmp(data, back, PIECE);
}

int main(int argc, char **argv)
{
    if (argc == 2 && !strcmp(argv[1], "serve"))
        return serve();
    if (argc != 3)
        return 2;
    unsigned long rounds = strtoul(argv[2], NULL, 0), i = 0;
    int s = connect_to(argv[1]);
    while (s >= 0 && i < rounds && round_trip(s, i * PIECE))
        i++;
    printf("%lu of %lu pieces came back\n", i, rounds);
    return i < rounds;
}
