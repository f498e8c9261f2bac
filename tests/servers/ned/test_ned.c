/*
 * ned and moe from outside: what a description can do, how each mistake is
 * reported, and what the system's exit code then is.
 */
#include "system.h"
#include <criterion/criterion.h>
#include <string.h>

#define START "L4.default_loader:start("

/* The run ends with `code` and has printed `text`. */
static void expect(const struct outcome *o, int code, const char *text)
{
    cr_expect(strstr(o->text, text), "no \"%s\" in:\n%s", text, o->text);
    cr_expect(o->code == code, "exit code %d, not %d:\n%s", o->code, code,
              o->text);
}

static void expect_run(const char *script, const char *programs, int code,
                       const char *text)
{
    struct outcome o = run_script(script, programs);
    expect(&o, code, text);
}

/* --- mistakes --------------------------------------------------------- */

Test(ned, broken_lua_is_reported_with_its_line)
{
    expect_run("local x = 1\nlocal y = = 2\n", "", 1, "ned: rom/t.cfg:2:");
}

Test(ned, a_failed_assert_ends_the_system)
{
    expect_run("assert(1 == 2, 'that is wrong')\n", "", 1,
               "ned: rom/t.cfg:1: that is wrong");
}

Test(ned, an_unknown_capability_is_reported_with_its_line)
{
    expect_run("\nlocal c = L4.Env.nosuch\n", "", 1,
               "ned: rom/t.cfg:2: L4.Env has no 'nosuch'");
}

Test(ned, an_unknown_protocol_is_reported)
{
    expect_run("local p = L4.Proto.Nosuch", "", 1,
               "rom/t.cfg:1: L4.Proto has no 'Nosuch'");
}

Test(ned, a_missing_program_is_named)
{
    expect_run(START "{}, 'rom/nosuch')", "", 1,
               "ned: rom/t.cfg:1: rom/nosuch: no such file");
}

Test(ned, an_unknown_name_space_is_named)
{
    expect_run(START "{}, 'disk/hello')", "", 1,
               "rom/t.cfg:1: disk/hello: no such name space");
}

Test(ned, what_is_no_elf_file_is_named)
{
    expect_run("\n\n" START "{}, 'rom/t.cfg')", "", 1,
               "ned: rom/t.cfg:3: rom/t.cfg: not an ELF file");
}

Test(ned, a_wrong_type_in_caps_is_named)
{
    expect_run(START "{caps = {door = 5}}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: caps: 'door': a capability expected, got number");
}

Test(ned, a_misspelt_option_is_named)
{
    expect_run(START "{cap = {}}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: start: unknown option 'cap'");
}

Test(ned, a_priority_out_of_range_is_refused)
{
    expect_run(START "{prio = 256}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: prio: 256 is not in 1..255");
}

Test(ned, rights_have_known_letters)
{
    expect_run("L4.Env.log:m('rx')", "", 1, "rom/t.cfg:1: rights 'rx'");
}

Test(ned, a_dot_for_a_colon_is_explained)
{
    expect_run("L4.default_loader.start({}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1:");
}

Test(ned, a_missing_description_is_named)
{
    struct outcome o = run_command("rom/ned rom/nosuch.cfg", "", "");
    expect(&o, 1, "rom/nosuch.cfg");
}

Test(ned, without_a_description_it_says_how_it_is_used)
{
    struct outcome o = run_command("rom/ned", "", "");
    expect(&o, 2, "usage: rom/ned");
}

Test(ned, a_memory_limit_too_small_is_reported)
{
    expect_run(START "{mem = 4096}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: rom/hello:");
}

Test(moe, a_missing_first_program_is_named)
{
    struct outcome o = run_command("rom/nosuch", "", "");
    expect(&o, 1, "rom/nosuch: no such file");
}

Test(moe, an_empty_command_is_reported)
{
    struct outcome o = run_command(" ", "", "");
    expect(&o, 1, "there is no command");
}

Test(moe, a_first_program_that_is_no_program_is_named)
{
    struct outcome o = run_command("rom/t.cfg", "hello", "");
    expect(&o, 1, "rom/t.cfg: not an ELF file");
}

/* --- how programs end --------------------------------------------------- */

/* isolation_crash without a known argument exits with 2. */
#define EXIT_2 "rom/isolation_crash nothing"

Test(ned, wait_gives_the_exit_code)
{
    expect_run("print('code', " START "{}, '" EXIT_2 "'):wait())",
               "isolation_crash", 0, "code\t2");
}

Test(ned, an_exit_code_nobody_waits_for_is_the_systems)
{
    expect_run(START "{}, '" EXIT_2 "')", "isolation_crash", 2, "");
}

Test(ned, a_fault_is_reported_and_told)
{
    struct outcome o = run_script(
        "print(" START "{log = 'd'}, 'rom/isolation_crash divide'):wait())",
        "isolation_crash");
    expect(&o, 0, "nil\tfault");
    expect(&o, 0, "division by zero");
    expect(&o, 0, "crash.c:");
}

Test(ned, a_fault_nobody_waits_for_is_the_systems)
{
    struct outcome o =
        run_script(START "{}, 'rom/isolation_crash write')", "isolation_crash");
    cr_expect(o.code >= 100, "exit code %d:\n%s", o.code, o.text);
}

Test(ned, a_program_is_killed)
{
    expect_run("local a = " START "{}, 'rom/spin_spinner')\n"
               "L4.sleep(3)\na:kill()\nprint(a:wait())",
               "spin_spinner", 0, "nil\tkilled");
}

Test(ned, an_exit_handler_is_called)
{
    expect_run("local a = " START "{}, '" EXIT_2 "')\n"
               "a:exit_handler(function(code) print('ended', code) end)\n"
               "a:wait()",
               "isolation_crash", 0, "ended\t2");
}

Test(ned, os_exit_ends_the_system)
{
    expect_run(START "{}, 'rom/spin_spinner')\nos.exit(7)", "spin_spinner", 7,
               "");
}

Test(ned, an_unfinished_line_is_not_lost)
{
    expect_run("io.write('no end')", "", 0, "no end");
}

Test(ned, fifty_programs_leave_nothing_behind)
{
    expect_run("for i = 1, 50 do\n  assert(" START
               "{stack = 1 << 20}, 'rom/hello'):wait() == 0)\nend\n"
               "print('all done')",
               "hello", 0, "all done");
}

/* --- what a description can do ---------------------------------------------
 */

Test(ned, lines_carry_the_tag)
{
    expect_run(START "{log = {'tag', 'red'}}, 'rom/hello'):wait()", "hello", 0,
               "| Hello from Vitrine!");
}

Test(ned, without_a_tag_it_is_the_programs_name)
{
    expect_run(START "{}, 'rom/hello'):wait()", "hello", 0, "hello| Hello");
}

Test(ned, the_script_gets_its_arguments)
{
    struct outcome o = run_command("rom/ned rom/t.cfg one two",
                                   "print(arg[0], arg[1], #arg)", "");
    expect(&o, 0, "rom/t.cfg\tone\t2");
}

Test(ned, startv_keeps_arguments_whole)
{
    expect_run("print(L4.default_loader:startv({}, 'rom/isolation_crash', "
               "'divide by'):wait())",
               "isolation_crash", 0, "2\n");
}

Test(ned, l4_can_be_required)
{
    expect_run("print(require('L4') == L4)", "", 0, "true");
}

Test(ned, sleeping_takes_virtual_time)
{
    expect_run("local t = L4.time()\nL4.sleep(20)\n"
               "t = L4.time() - t\nprint(t >= 20000 and t < 21000)",
               "", 0, "true");
}

Test(ned, a_name_space_can_be_made_and_given)
{
    expect_run("local ns = L4.Env.user_factory:create(L4.Proto.Namespace)\n"
               "ns:register('hello', L4.Env.rom:query('hello'):m('r'))\n"
               "print(ns:query('nosuch'), ns:query('hello') ~= nil)\n" START
               "{caps = {rom = ns:m('r')}}, 'rom/hello'):wait()",
               "hello", 0, "nil\ttrue");
}

/* --- what L4Re's descriptions are used to ---------------------------------
 */

Test(ned, a_command_is_split_at_white_space)
{
    expect_run(START "{}, [[rom/sys-words\n\t one  two ]]):wait()", "sys-words",
               0, "arguments: [one] [two]\n");
}

Test(ned, startv_takes_an_environment_as_its_last)
{
    expect_run("L4.default_loader:startv({}, 'rom/sys-words', 'one', "
               "{COLOR = 'blue', GONE = L4.Unset}):wait()",
               "sys-words", 0,
               "arguments: [one]\nsys-words| environment: [COLOR=blue]\n");
}

Test(ned, a_command_has_no_quotes_and_startv_needs_none)
{
    expect_run(START "{}, 'rom/sys-words \"a b\"'):wait()", "sys-words", 0,
               "arguments: [\"a] [b\"]\n");
    expect_run("L4.default_loader:startv({}, 'rom/sys-words', 'a b \"c\"', "
               "''):wait()",
               "sys-words", 0, "arguments: [a b \"c\"] []\n");
}

Test(ned, a_loader_s_options_hold_for_all_it_starts)
{
    expect_run(
        "local ld = L4.Loader.new{log = {'mine', 'g'},\n"
        "  mem = L4.Env.user_factory:create(L4.Proto.Factory, 1 << 20)}\n"
        "ld:start({}, 'rom/hello'):wait()",
        "hello", 0, "mine| Hello");
    expect_run("local ld = L4.Loader.new{log = {'mine', 'g'}}\n"
               "ld:start({log = 'other'}, 'rom/hello'):wait()\n"
               "ld:start({log = L4.Unset}, 'rom/hello'):wait()",
               "hello", 0,
               "other| Hello from Vitrine! I am rom/hello.\n"
               "hello| Hello");
    expect_run("local ld = L4.Loader.new{mem = 4096}\n"
               "print(pcall(ld.start, ld, {}, 'rom/hello'))\n"
               "ld:start({mem = L4.Unset, log = 'last'}, 'rom/hello'):wait()",
               "hello", 0, "last| Hello");
}

Test(ned, a_loader_s_misspelt_option_is_named)
{
    expect_run("\nL4.Loader.new{memory = 1}", "", 1,
               "rom/t.cfg:2: start: unknown option 'memory'");
}

Test(ned, numbers_of_l4re_are_there)
{
    expect_run(START
               "{l4re_dbg = L4.Dbg.Warn | L4.Dbg.Loader,\n"
               "  ldr_flags = L4.Ldr_flags.Eager_map}, 'rom/hello'):wait()\n"
               "print(L4.Proto.Goos, L4.Proto.Irq_sender, L4.Proto.Iommu)",
               "hello", 0, "16387\t-18\t-22\n");
    expect_run("local l = L4.Dbg.Nosuch", "", 1,
               "rom/t.cfg:1: L4.Dbg has no 'Nosuch'");
}

Test(ned, a_cast_gives_the_same_capability)
{
    expect_run("local f = L4.cast(L4.Proto.Factory, L4.Env.user_factory)\n"
               "print(f:create(L4.Proto.Dataspace, 4096):is_valid())",
               "", 0, "true");
    expect_run("L4.cast(L4.Proto.Factory, 'rom')", "", 1,
               "rom/t.cfg:1: bad argument #2 to 'cast' (L4.Cap expected");
}

Test(ned, capabilities_can_be_named_by_their_paths)
{
    expect_run("local ns = L4.default_loader:create_namespace{\n"
               "  hello = 'rom/hello', none = L4.Unset}\n"
               "print(ns:query('none'), ns:query('hello'):is_valid())\n" START
               "{caps = {rom = ns:m('r'), more = 'rom/hello', no = L4.Unset}},"
               "'rom/hello'):wait()",
               "hello", 0, "nil\ttrue");
    expect_run("\n" START "{caps = {x = 'rom/nosuch'}}, 'rom/hello')", "hello",
               1, "rom/t.cfg:2: caps: 'x': rom/nosuch: ");
    expect_run("\n" START "{caps = {x = 'disk/x'}}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:2: caps: 'x': disk/x: no such name space");
}

Test(ned, what_is_not_there_can_be_asked_for)
{
    expect_run("print(rawget(L4.Env, 'nosuch'), rawget(L4.Env, 'rom') ~= nil)",
               "", 0, "nil\ttrue");
}

Test(ned, channels_are_made_by_factories_too)
{
    expect_run("print(L4.Env.factory:create(L4.Proto.Ipc_gate):is_valid(),\n"
               "  L4.Env.user_factory:create(L4.Proto.Ipc_gate):is_valid())",
               "", 0, "true\ttrue");
}

Test(ned, cpus_are_counted_and_named)
{
    expect_run("print(L4.Info.cpus(), L4.Cpu_set(0, 2), L4.Cpu_set())", "", 0,
               "1\t5\t0");
}

Test(ned, a_cpu_beyond_all_is_an_error)
{
    expect_run("L4.Cpu_set(1, 64)", "", 1,
               "rom/t.cfg:1: bad argument #2 to 'Cpu_set' (no CPU is called");
}

Test(ned, a_program_runs_by_a_scheduler_proxy)
{
    expect_run("local s = L4.Loader.create_sched_proxy{prio_limit = 20, "
               "prio_offset = 10, cpus = L4.Cpu_set(0)}\n" START
               "{scheduler = s}, 'rom/hello'):wait()\n" START
               "{cpus = L4.Cpu_set(0)}, 'rom/hello'):wait()",
               "hello", 0, "hello| Hello");
}

Test(ned, a_scheduler_proxy_without_cpus_is_refused)
{
    expect_run("L4.default_loader:create_sched_proxy{cpus = L4.Cpu_set()}", "",
               1, "rom/t.cfg:1: scheduler proxy: ");
    expect_run(START "{cpus = 'all'}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: cpus: a whole number expected, got string");
}

Test(ned, a_sub_allocator_has_a_limit)
{
    expect_run("local a = L4.Env.user_factory:create(L4.Proto.Factory, 8192)\n"
               "print(pcall(a.create, a, L4.Proto.Dataspace, 65536, 1))",
               "", 0, "false");
}

/* --- starting again -------------------------------------------------------
 */

static unsigned count_of(const struct outcome *o, const char *text)
{
    unsigned n = 0;
    for (const char *at = o->text; (at = strstr(at, text)); at++)
        n++;
    return n;
}

Test(ned, what_faults_is_started_again_as_often_as_its_rule_says)
{
    struct outcome o = run_script(
        "\nprint(" START "{log = 'd', restart = {after = 'fault', most = 2}},"
        " 'rom/isolation_crash divide'):wait())",
        "isolation_crash");
    expect(&o, 0, "ned: rom/t.cfg:2: d faulted; it runs again");
    expect(&o, 0, "ned: rom/t.cfg:2: d faulted, too often: it stays so");
    expect(&o, 0, "nil\tfault");
    cr_expect_eq(count_of(&o, "runs again"), 2, "%s", o.text);
}

Test(ned, what_ends_by_itself_is_started_again_if_its_rule_says_so)
{
    struct outcome o =
        run_script("print(" START "{restart = {most = 3, delay = 5}},"
                   " 'rom/hello'):wait(), L4.time() >= 15000)",
                   "hello");
    expect(&o, 0, "0\ttrue");
    cr_expect_eq(count_of(&o, "| Hello"), 4, "%s", o.text);
    o = run_script(START "{restart = 'fault'}, 'rom/hello'):wait()", "hello");
    expect(&o, 0, "| Hello");
    cr_expect_eq(count_of(&o, "| Hello"), 1, "%s", o.text);
}

Test(ned, an_exit_handler_hears_of_every_end)
{
    expect_run("local n = 0\nlocal a = " START
               "{restart = {most = 2}}, '" EXIT_2 "')\n"
               "a:exit_handler(function(code) n = n + code end)\n"
               "a:wait()\nprint('sum', n)",
               "isolation_crash", 0, "sum\t6");
}

Test(ned, what_the_script_kills_stays_so)
{
    struct outcome o =
        run_script("local a = " START "{restart = true}, 'rom/spin_spinner')\n"
                   "L4.sleep(3)\na:kill()\nL4.sleep(3)\nprint(a:wait())",
                   "spin_spinner");
    expect(&o, 0, "nil\tkilled");
    cr_expect_eq(count_of(&o, "runs again"), 0, "%s", o.text);
}

Test(ned, one_end_can_restart_another)
{
    struct outcome o = run_script(
        "local b = " START "{log = 'b', restart = true}, 'rom/spin_spinner')\n"
        "local a = " START "{}, '" EXIT_2 "')\n"
        "a:exit_handler(function() b:restart() end)\na:wait()\n"
        "L4.sleep(3)\nb:kill()\nprint('done')",
        "spin_spinner isolation_crash");
    expect(&o, 0, "rom/t.cfg:1: b was killed; it runs again");
    expect(&o, 0, "done");
    expect_run("\nlocal b = " START "{}, 'rom/spin_spinner')\nb:restart()",
               "spin_spinner", 1,
               "rom/t.cfg:3: restart: spin_spinner has no restart rule");
}

Test(ned, a_restart_rule_is_checked)
{
    expect_run(
        "\n" START "{restart = 'sometimes'}, 'rom/hello')", "hello", 1,
        "ned: rom/t.cfg:2: restart: true, \"fault\", \"end\" or a table");
    expect_run(START "{restart = {mots = 3}}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: restart: unknown field 'mots'");
    expect_run(START "{restart = {most = 0}}, 'rom/hello')", "hello", 1,
               "rom/t.cfg:1: most: 0 is not in 1..");
}

/* hello ends when ned has made it again, without having served anybody. */
Test(ned, a_session_that_cannot_be_made_again_is_reported_with_its_line)
{
    expect_run("local door = L4.default_loader:new_channel()\n"
               "local first = " START
               "{caps = {echo_server = door:svr()}}, 'rom/echo_server')\n"
               "door:create(0)\n"
               "first:kill()\n" START
               "{caps = {door = door:svr()}, restart = {most = 1}},"
               " 'rom/hello')\n"
               "L4.sleep(20000)\n",
               "echo_server hello", 0,
               "ned: rom/t.cfg:3: create: no such thing: the session is lost");
}

Test(ned, an_error_in_an_exit_handler_has_its_line)
{
    expect_run("local a = " START "{}, '" EXIT_2 "')\n"
               "a:exit_handler(function()\n  error('oh')\nend)\na:wait()",
               "isolation_crash", 1, "ned: rom/t.cfg:3: oh");
}

/* --- name spaces ------------------------------------------------------------
 */

Test(ned, a_name_space_is_built_in_a_description)
{
    expect_run("local ns = L4.default_loader:create_namespace{\n"
               "  bin = {hello = L4.Env.rom:query('hello'):m('r')},\n"
               "  rom = L4.Env.rom:m('r'),\n}\n"
               "print(ns:query('bin/hello') ~= nil, ns:query('bin/none'),\n"
               "      ns:query('rom/hello') ~= nil)\n",
               "hello", 0, "true\tnil\ttrue\n");
}

Test(ned, a_wrong_name_space_is_reported_with_its_line)
{
    expect_run("\nL4.Loader.create_namespace{x = {y = 3}}", "", 1,
               "rom/t.cfg:2: create_namespace: 'y': a capability or a table "
               "expected, got number");
    expect_run("L4.Loader.create_namespace{L4.Env.rom}", "", 1,
               "rom/t.cfg:1: create_namespace: names must be texts");
}
