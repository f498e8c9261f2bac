/*
 * An echo server: two methods, and a session for each client.
 */
#include "echo-server.h"
#include <l4/re/env.h>
#include <string.h>

struct client {
    struct l4re_session session; /* first: the framework's part */
    l4_umword_t times;
};

static long say(struct l4re_session *session, const char *what, char *ret_again)
{
    ((struct client *)session)->times++;
    strcpy(ret_again, what);
    return 0;
}

static long count(struct l4re_session *session, l4_umword_t *ret_times)
{
    *ret_times = ((struct client *)session)->times;
    return 0;
}

int main(void)
{
    static const struct echo_methods methods = {.say = say, .count = count};
    static const struct l4re_service service = {.interface = &echo_interface,
                                                .methods = &methods,
                                                .session_size =
                                                    sizeof(struct client)};
    struct l4re_server server;
    struct client root = {0};

    if (l4re_server_init(&server, 0) < 0 ||
        l4re_server_publish(&server, &root.session, &service,
                            l4re_env_get_cap("echo_server")) < 0)
        return 1;
    return (int)l4re_server_run(&server);
}
