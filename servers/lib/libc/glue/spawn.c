/*
 * posix_spawn(): a program started by the process server ("proc").
 *
 *   path, argv, envp ---> proc.spawn, process.argument, .variable
 *   descriptors      ---> process.give (spawn_files.c)
 *   fs, net, proc, rom -> the same for the child
 *   signals, who we are -> "VITRINE_ORIGIN" in its environment (origin.c)
 *
 * Left out: process groups and sessions are not there (-ENOSYS); scheduling
 * is not among musl's attributes.
 */
#include "children.h"
#include "origin.h"
#include "paths.h"
#include "proc-client.h"
#include "process-client.h"
#include "server_files.h"
#include "spawn_files.h"

#include <fcntl.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <spawn.h>
#include <string.h>

static long give_services(l4_cap_idx_t process)
{
    static const char *const names[] = {"fs", "net", "proc", "rom"};
    long error = 0;

    for (size_t i = 0; i < sizeof names / sizeof *names && error >= 0; i++) {
        l4_cap_idx_t cap = l4re_env_get_cap(names[i]);
        if (l4_is_valid_cap(cap))
            error = server_result(process_give(process, names[i], 0, cap));
    }
    return error;
}

/* Its directory, and what it inherits beside capabilities. */
static long give_origin(l4_cap_idx_t process, const char *directory,
                        const posix_spawnattr_t *attributes)
{
    char text[ORIGIN_TEXT_MAX > 4 + FILE_PATH_MAX ? ORIGIN_TEXT_MAX
                                                  : 4 + FILE_PATH_MAX];
    long error;

    strcpy(text, "PWD=");
    strcat(text, directory);
    error = server_result(process_variable(process, text));
    if (error < 0)
        return error;
    origin_write(attributes, text);
    return server_result(process_variable(process, text));
}

static long give_texts(l4_cap_idx_t process, char *const *argv,
                       char *const *envp)
{
    long error = 0;

    for (; argv && *argv && error >= 0; argv++)
        error = strlen(*argv) > PROCESS_ARGUMENT_TEXT_MAX
                    ? -E2BIG
                    : server_result(process_argument(process, *argv));
    for (; envp && *envp && error >= 0; envp++)
        if (strncmp(*envp, "PWD=", 4))
            error = strlen(*envp) > PROCESS_VARIABLE_SETTING_MAX
                        ? -E2BIG
                        : server_result(process_variable(process, *envp));
    return error;
}

/* The server calls a boot module "rom/x"; other paths are files of "fs". */
static long new_process(const char *path, l4_cap_idx_t *ret_process)
{
    l4_cap_idx_t proc = l4re_env() ? l4re_env_get_cap("proc") : L4_INVALID_CAP;
    struct place place;
    struct stat stat;
    long error = path_find(AT_FDCWD, path, &place);

    if (l4_is_invalid_cap(proc))
        return -ENOSYS;
    if (!error)
        error = place.tree->stat(place.path, 0, &stat);
    if (error)
        return error;
    *ret_process = l4re_util_cap_alloc();
    if (l4_is_invalid_cap(*ret_process))
        return -ENOMEM;
    error = server_result(
        proc_spawn(proc, place.path + (place.tree == &rom_tree), *ret_process));
    if (error < 0)
        l4re_util_cap_free_um(*ret_process);
    return error < 0 ? error : 0;
}

/* What a program is to begin with. */
struct order {
    const posix_spawn_file_actions_t *actions;
    const posix_spawnattr_t *attributes;
    char *const *argv, *const *envp;
};

/* Everything but its beginning; 0 or an error. */
static long prepare(l4_cap_idx_t process, const struct spawn_table *table,
                    const struct order *order)
{
    long error = spawn_table_give(table, process);

    if (error >= 0)
        error = give_services(process);
    if (error >= 0)
        error = give_texts(process, order->argv, order->envp);
    if (error >= 0)
        error = give_origin(process, table->directory, order->attributes);
    return error;
}

static long start(l4_cap_idx_t process, long *ret_id)
{
    l4_umword_t id = 0;
    long error = process_start(process, &id);

    error = error == -L4_EINVAL ? -ENOEXEC : server_result(error);
    if (error >= 0)
        error = child_add(id, process);
    *ret_id = id;
    return error;
}

static long spawn(long *ret_id, const char *path,
                  const struct spawn_table *table, const struct order *order)
{
    char found[FILE_PATH_MAX];
    l4_cap_idx_t process;
    long error = spawn_path(table, path, found);

    if (!error)
        error = new_process(found, &process);
    if (error)
        return error;
    error = prepare(process, table, order);
    if (error >= 0)
        error = start(process, ret_id);
    if (error < 0)
        l4re_util_cap_free_um(process);
    return error < 0 ? error : 0;
}

/* A name without a slash is looked for among the boot modules and in /bin. */
static long spawn_found(long *ret_id, const char *name,
                        const struct spawn_table *table,
                        const struct order *order)
{
    static const char *const folders[] = {"/bin/", "/rom/"};
    char path[FILE_PATH_MAX];
    long error = -ENOENT;

    if (strchr(name, '/'))
        return spawn(ret_id, name, table, order);
    if (strlen(name) + 6 > sizeof path)
        return -ENAMETOOLONG;
    for (int i = 0; i < 2 && (error == -ENOENT || error == -ENOTDIR); i++) {
        strcpy(path, folders[i]);
        strcat(path, name);
        error = spawn(ret_id, path, table, order);
    }
    return error;
}

static long check_attributes(const posix_spawnattr_t *attributes)
{
    const int refused = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSID |
                        POSIX_SPAWN_SETSCHEDPARAM | POSIX_SPAWN_SETSCHEDULER;

    return attributes && (attributes->__flags & refused) ? -ENOSYS : 0;
}

/* posix_spawnp() of musl calls this with a function in the attributes. */
int posix_spawn(pid_t *restrict ret_id, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes,
                char *const argv[restrict], char *const envp[restrict])
{
    const int searches = attributes && attributes->__fn;
    const struct order order = {actions, attributes, argv, envp};
    struct spawn_table table;
    long id = 0, error = check_attributes(attributes);

    if (error)
        return -error;
    error = spawn_table_fill(&table, actions);
    if (!error)
        error = (searches ? spawn_found : spawn)(&id, path, &table, &order);
    spawn_table_clear(&table);
    if (!error && ret_id)
        *ret_id = id;
    return -error;
}
