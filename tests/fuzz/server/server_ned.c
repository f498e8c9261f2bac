/*
 * ned with programs that never run (loader.c): what clients reach is the
 * control interface and the gates by which programs report that they end.
 *
 * Its description starts programs that are started again by rule, at once or
 * later, and has a hand in their ends itself.
 */
#include "kernel.h"
#include "proc-client.h"
#include "process-client.h"
#include <l4/re/protocols.h>
#include <l4/vitrine/debug.h>
#include <stdio.h>
#include <unistd.h>

enum { FILE_AT = 100 };

static const char description[] =
    "local l = L4.default_loader\n"
    "local control = l:control()\n"
    "local function always(delay)\n"
    "  return {after = 'end', most = 1000000, within = 1, delay = delay}\n"
    "end\n"
    "local ends = 0\n"
    "local a = l:start({caps = {control = control}, restart = always(0)},\n"
    "                  'rom/a one two', {HOME = '/'})\n"
    "local b = l:start({log = {'b', 'red'}, restart = always(5)}, 'rom/b')\n"
    "local c = l:start({restart = {after = 'fault', most = 1000000},\n"
    "                   prio = 3}, 'rom/c')\n"
    "a:exit_handler(function(code, why) ends = ends + 1 end)\n"
    "while true do\n"
    "  L4.sleep(50)\n"
    "  if ends > 3 then ends = 0; b:restart() end\n"
    "end\n";

/* Lua opens it by its name, as it does rom/... in the simulator. */
static void prepare(void)
{
    FILE *file = tmpfile();
    if (!file || dup2(fileno(file), FILE_AT) < 0 ||
        write(FILE_AT, description, sizeof description - 1) < 0)
        host_fail("no description");
}

const struct host_server host_server = {
    .argv = {"rom/ned", "/proc/self/fd/100"},
    .others = {"rom"},
    .protocols = {PROC_PROTOCOL, PROCESS_PROTOCOL, L4RE_PROTO_PARENT},
    .prepare = prepare,
    .gives_gates = true,
};
