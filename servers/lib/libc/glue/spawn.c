/*
 * posix_spawn(): a program started by the process server ("proc").
 *
 *   path, argv, envp ---> proc.spawn, process.argument, .variable
 *   file 0, 1, 2     ---> process.give "stdin", "stdout", "stderr"
 *   fs, net, proc, rom -> the same for the child
 *
 * There is no fork, so file actions are played through on a copy of the table
 * of descriptors. Only 0, 1 and 2 go to the child, each as the capability of
 * its file: a console, or a file or pipe of a server. A pipe inside this
 * program cannot be passed on.
 *
 * Left out: attributes (groups, signals, scheduling) are not obeyed, the
 * child begins with everything at its default.
 */
#include "children.h"
#include "paths.h"
#include "proc-client.h"
#include "process-client.h"
#include "server_files.h"

#include <fcntl.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <spawn.h>
#include <string.h>

#define TABLE 256

/* musl's list of file actions; its layout is not public. */
struct action {
    struct action *next, *previous;
    int what, fd, source, flags;
    mode_t mode;
    char path[];
};

enum { ACT_CLOSE = 1, ACT_DUP2, ACT_OPEN, ACT_CHDIR, ACT_FCHDIR };

/* The child's descriptors, each with a use of its file. */
struct table {
    struct file *file[TABLE];
};

static void table_fill(struct table *t)
{
    for (int fd = 0; fd < TABLE; fd++)
        t->file[fd] = file_take(fd);
}

static void table_set(struct table *t, int fd, struct file *file)
{
    if (t->file[fd])
        file_drop(t->file[fd]);
    t->file[fd] = file;
}

static void table_clear(struct table *t)
{
    for (int fd = 0; fd < TABLE; fd++)
        table_set(t, fd, 0);
}

static long act_open(struct table *t, const struct action *act)
{
    const long arguments[6] = {AT_FDCWD, (long)act->path,
                               act->flags | O_CLOEXEC, act->mode};
    long fd = call_openat(arguments);

    if (fd < 0)
        return fd;
    table_set(t, act->fd, file_take(fd));
    return call_close((const long[6]){fd});
}

static long act_dup2(struct table *t, const struct action *act)
{
    struct file *file;

    if (act->source < 0 || act->source >= TABLE || !t->file[act->source])
        return -EBADF;
    if (act->source == act->fd)
        return 0;
    file = t->file[act->source];
    file_use(file);
    table_set(t, act->fd, file);
    return 0;
}

static long act(struct table *t, const struct action *a)
{
    if ((a->what == ACT_CLOSE || a->what == ACT_DUP2 || a->what == ACT_OPEN) &&
        (a->fd < 0 || a->fd >= TABLE))
        return -EBADF;
    switch (a->what) {
    case ACT_CLOSE:
        table_set(t, a->fd, 0);
        return 0;
    case ACT_DUP2:
        return act_dup2(t, a);
    case ACT_OPEN:
        return act_open(t, a);
    default:
        return -ENOSYS; /* another working directory */
    }
}

/* musl adds each action at the front: the last of the list comes first. */
static long act_all(struct table *t, const posix_spawn_file_actions_t *actions)
{
    const struct action *a = actions ? actions->__actions : 0;
    long error = 0;

    /* What closes at an exec goes unless an action puts it in place. */
    struct file *kept[3];
    int inherited[3];
    for (int fd = 0; fd < 3; fd++) {
        kept[fd] = t->file[fd];
        inherited[fd] = descriptor_is_inherited(fd);
    }
    while (a && a->next)
        a = a->next;
    for (; a && !error; a = a->previous)
        error = act(t, a);
    for (int fd = 0; fd < 3; fd++)
        if (!inherited[fd] && t->file[fd] == kept[fd])
            table_set(t, fd, 0);
    return error;
}

static long give_files(l4_cap_idx_t process, const struct table *t)
{
    static const char *const names[3] = {"stdin", "stdout", "stderr"};
    long error = 0;

    for (int fd = 0; fd < 3 && error >= 0; fd++) {
        if (!t->file[fd])
            continue;
        if (l4_is_invalid_cap(t->file[fd]->cap) || !t->file[fd]->cap)
            return -EINVAL; /* only this program has it */
        error = server_result(
            process_give(process, names[fd], 0, t->file[fd]->cap));
    }
    return error;
}

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

static long give_texts(l4_cap_idx_t process, char *const *argv,
                       char *const *envp)
{
    char here[4 + FILE_PATH_MAX] = "PWD=";
    const long where[6] = {(long)(here + 4), FILE_PATH_MAX};
    long error = 0;

    for (; argv && *argv && error >= 0; argv++)
        error = strlen(*argv) > PROCESS_ARGUMENT_TEXT_MAX
                    ? -E2BIG
                    : server_result(process_argument(process, *argv));
    for (; envp && *envp && error >= 0; envp++)
        if (strncmp(*envp, here, 4))
            error = strlen(*envp) > PROCESS_VARIABLE_SETTING_MAX
                        ? -E2BIG
                        : server_result(process_variable(process, *envp));
    call_getcwd(where);
    return error < 0 ? error : server_result(process_variable(process, here));
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

/* Everything but its beginning; 0 or an error. */
static long prepare(l4_cap_idx_t process,
                    const posix_spawn_file_actions_t *actions,
                    char *const *argv, char *const *envp)
{
    struct table table;
    long error;

    table_fill(&table);
    error = act_all(&table, actions);
    if (error >= 0)
        error = give_files(process, &table);
    table_clear(&table);
    if (error >= 0)
        error = give_services(process);
    return error < 0 ? error : give_texts(process, argv, envp);
}

static long spawn(long *ret_id, const char *path,
                  const posix_spawn_file_actions_t *actions, char *const *argv,
                  char *const *envp)
{
    l4_cap_idx_t process;
    l4_umword_t id = 0;
    long error = new_process(path, &process);

    if (error)
        return error;
    error = prepare(process, actions, argv, envp);
    if (error >= 0) {
        error = process_start(process, &id);
        error = error == -L4_EINVAL ? -ENOEXEC : server_result(error);
    }
    if (error >= 0)
        error = child_add(id, process);
    if (error < 0) {
        l4re_util_cap_free_um(process);
        return error;
    }
    *ret_id = id;
    return 0;
}

/* A name without a slash is looked for among the boot modules and in /bin. */
static long spawn_found(long *ret_id, const char *name,
                        const posix_spawn_file_actions_t *actions,
                        char *const *argv, char *const *envp)
{
    static const char *const folders[] = {"/bin/", "/rom/"};
    char path[FILE_PATH_MAX];
    long error = -ENOENT;

    if (strchr(name, '/'))
        return spawn(ret_id, name, actions, argv, envp);
    if (strlen(name) + 6 > sizeof path)
        return -ENAMETOOLONG;
    for (int i = 0; i < 2 && (error == -ENOENT || error == -ENOTDIR); i++) {
        strcpy(path, folders[i]);
        strcat(path, name);
        error = spawn(ret_id, path, actions, argv, envp);
    }
    return error;
}

/* posix_spawnp() of musl calls this with a function in the attributes. */
int posix_spawn(pid_t *restrict ret_id, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes,
                char *const argv[restrict], char *const envp[restrict])
{
    const int searches = attributes && attributes->__fn;
    long id = 0;
    long error =
        (searches ? spawn_found : spawn)(&id, path, actions, argv, envp);

    if (!error && ret_id)
        *ret_id = id;
    return -error;
}
