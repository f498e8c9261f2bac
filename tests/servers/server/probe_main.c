/*
 * The server of probe.c as a program of its own: serves at "probe_server".
 */
#include "probe.h"
#include <l4/re/env.h>

int main(void)
{
    return probe_serve(l4re_env_get_cap("probe_server")) ? 1 : 0;
}
