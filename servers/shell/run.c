/*
 * Running commands (see run.h): a tree's nodes one by one, a pipeline by a
 * builtin or a job.
 *
 * Ctrl-C ends what runs, and with it everything that was to follow.
 */
#include "run.h"
#include "builtin.h"
#include "console.h"
#include "job.h"
#include "parse.h"
#include "script.h"
#include "vars.h"
#include <stdlib.h>
#include <string.h>

enum {
    STATUS_INTERRUPTED = JOB_STATUS_SIGNAL + 2,
    LIMIT_WORDS = 3,
    LIMIT_MOST = 0x7fffffff
};

static const struct script *script;
static int status;
static bool must_stop;  /* what is left of the text is not run */
static bool line_fails; /* what is left of the line is not */

/* A builtin as the first of a pipeline: the others run, it writes to them. */
static int run_into_pipe(const struct builtin *b, const struct command *c)
{
    l4_cap_idx_t output = L4_INVALID_CAP;
    struct job *j = job_start(c, true, &output);
    if (!j)
        return 1;
    console_divert(output);
    int result = b->run(c->stage[0].argc, (char **)c->stage[0].argv);
    console_divert(L4_INVALID_CAP);
    return c->stages > 1 ? job_wait(j) : (job_wait(j), result);
}

static int run_programs(const struct command *c)
{
    if (!c->in_background)
        console_lend(); /* its keys are edited for it */
    struct job *j = job_start(c, false, NULL);
    int result = !j ? 127 : c->in_background ? 0 : job_wait(j);
    if (!c->in_background)
        console_take_back();
    else if (j)
        tell("[%u] %s\n", j->number, j->text);
    return result;
}

/* `limit cpu MS COMMAND` is COMMAND with a limit; false: it has said why not.
 */
static bool take_limits(struct stage *s)
{
    while (s->argc && !strcmp(s->argv[0], "limit")) {
        const char *what = s->argc > 3 ? s->argv[1] : "";
        char *end = "";
        unsigned long n = s->argc > 3 ? strtoul(s->argv[2], &end, 10) : 0;
        bool is_cpu = !strcmp(what, "cpu");
        if (!n || *end || n > LIMIT_MOST ||
            (!is_cpu && strcmp(what, "memory"))) {
            builtin_usage("limit");
            return false;
        }
        if (is_cpu)
            s->cpu_ms = (unsigned)n;
        else
            s->memory_kib = n;
        s->argc -= LIMIT_WORDS;
        memmove(s->argv, s->argv + LIMIT_WORDS,
                ((unsigned)s->argc + 1) * sizeof s->argv[0]);
        if (builtin_find(s->argv[0]) && strcmp(s->argv[0], "limit")) {
            tell("limit: %s is the shell's own\n", s->argv[0]);
            return false;
        }
    }
    return true;
}

static int run_command(struct command *c)
{
    for (unsigned i = 0; i < c->stages; i++)
        if (!take_limits(&c->stage[i]))
            return 2;
    const struct builtin *b = builtin_find(c->stage[0].argv[0]);
    for (unsigned i = 1; i < c->stages; i++)
        if (builtin_find(c->stage[i].argv[0])) {
            tell("%s: only the first of a pipe can be the shell's own\n",
                 c->stage[i].argv[0]);
            return 2;
        }
    if (!b)
        return run_programs(c);
    if (c->stages > 1 || c->output)
        return run_into_pipe(b, c);
    return b->run(c->stage[0].argc, (char **)c->stage[0].argv);
}

/* --- variables
 * ------------------------------------------------------------------ */

/* NAME=value: where the value begins; NULL: it is none. */
static char *assigned(char *word)
{
    size_t n = vars_name(word);
    return n && word[n] == '=' && *word != '?' ? word + n + 1 : NULL;
}

/* A command of nothing but NAME=value; false: it is another. */
static bool assign(const struct command *c)
{
    const struct stage *s = c->stage;
    if (c->stages > 1 || c->input || c->output || c->in_background)
        return false;
    for (int i = 0; i < s->argc; i++)
        if (!assigned(s->argv[i]))
            return false;
    for (int i = 0; i < s->argc; i++) {
        char *value = assigned(s->argv[i]);
        value[-1] = 0;
        if (!vars_set(s->argv[i], value)) {
            tell("%s: too many variables\n", s->argv[i]);
            status = 1;
        }
    }
    return true;
}

/* --- nodes
 * ---------------------------------------------------------------------- */

static void say_wrong(const char *wrong)
{
    tell("shell: %s\n", wrong);
    status = 2;
    line_fails = must_stop = true;
}

static void run_pipeline(const struct node *n)
{
    static struct command command;
    const char *wrong = parse(n->text, n->length, &command);
    if (wrong) {
        say_wrong(wrong);
    } else if (command.stages) {
        int before = status;
        status = 0;
        if (!assign(&command)) {
            status = before;
            status = run_command(&command);
        }
    }
    must_stop |= shell_must_exit || status == STATUS_INTERRUPTED;
    vars_set_number("?", status);
}

static void run_node(unsigned number);

static bool may_go_on(void)
{
    if (!must_stop && console_interrupted()) {
        tell("^C\n");
        status = STATUS_INTERRUPTED;
        must_stop = true;
    }
    return !must_stop;
}

static void run_while(const struct node *n)
{
    int last = 0;
    while (may_go_on()) {
        run_node(n->a);
        if (status || must_stop)
            break;
        run_node(n->b);
        last = status;
    }
    if (!must_stop)
        status = last;
}

/* Its words are looked at once, before the first turn. */
static void run_for(const struct node *n)
{
    struct command *words = malloc(sizeof *words);
    const char *wrong = words ? parse(n->text, n->length, words) : "no memory";
    const struct stage *s = words ? &words->stage[0] : NULL;
    if (!wrong && (words->stages != 1 || words->input || words->output ||
                   words->in_background || s->argc < 2 ||
                   strcmp(s->argv[1], "in") || !vars_set(s->argv[0], "")))
        wrong = "for wants NAME in WORD ...";
    if (wrong)
        say_wrong(wrong);
    else
        status = 0;
    for (int i = 2; !wrong && i < s->argc && may_go_on(); i++) {
        vars_set(s->argv[0], s->argv[i]);
        run_node(n->b);
    }
    free(words);
}

static void run_if(const struct node *n)
{
    run_node(n->a);
    if (must_stop)
        return;
    unsigned branch = status ? n->c : n->b;
    status = 0;
    if (branch != SCRIPT_NONE)
        run_node(branch);
}

static void run_node(unsigned number)
{
    const struct node *n = &script->nodes[number];
    switch (n->kind) {
    case NODE_PIPELINE:
        run_pipeline(n);
        return;
    case NODE_LIST:
        for (; !must_stop; n = &script->nodes[n->b]) {
            run_node(n->a);
            if (n->b == SCRIPT_NONE)
                break;
        }
        return;
    case NODE_AND:
    case NODE_OR:
        run_node(n->a);
        if (!must_stop && !status == (n->kind == NODE_AND))
            run_node(n->b);
        return;
    case NODE_NOT:
        run_node(n->a);
        status = !status;
        break;
    case NODE_IF:
        run_if(n);
        break;
    case NODE_WHILE:
        run_while(n);
        break;
    case NODE_FOR:
        run_for(n);
        break;
    }
    vars_set_number("?", status);
}

int run_text(const char *text)
{
    static struct script s;
    script = &s;
    must_stop = false;
    while (*text && !must_stop) {
        const char *wrong = script_next(&text, &s);
        if (wrong)
            say_wrong(wrong);
        else if (s.count)
            run_node(0);
        if (line_fails) {
            text += strcspn(text, "\n");
            line_fails = must_stop = false;
        }
    }
    return status;
}

bool run_goes_on(const char *text)
{
    static struct script s;
    const char *wrong = NULL;
    while (*text && !wrong)
        wrong = script_next(&text, &s);
    return wrong == script_more;
}
