/*
 * What is typed at the shell: whatever the text is, it comes to its end, its
 * trees are trees (script.h, I1), and each pipeline is taken apart or refused.
 */
#include "../../servers/shell/parse.h"
#include "../../servers/shell/script.h"
#include "../../servers/shell/vars.h"
#include "input.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct script script;
static struct command command;
static unsigned char seen[SCRIPT_NODES];

static void fail(const char *what)
{
    fprintf(stderr, "FAILED: %s\n", what);
    abort();
}

static void check_command(void)
{
    if (command.stages > PARSE_STAGES)
        fail("too many stages");
    for (unsigned i = 0; i < command.stages; i++) {
        const struct stage *s = &command.stage[i];
        if (s->argc < 1 || s->argc > PARSE_WORDS || s->argv[s->argc])
            fail("a stage without words, or with too many");
        for (int k = 0; k < s->argc; k++)
            if (s->argv[k] < command.bytes ||
                s->argv[k] + strlen(s->argv[k]) >=
                    command.bytes + sizeof command.bytes)
                fail("a word elsewhere");
    }
}

static void check_node(unsigned number, const char *text, size_t size)
{
    const struct node *n = &script.nodes[number];
    const unsigned parts[] = {n->a, n->b, n->c};
    if (number >= script.count || seen[number]++)
        fail("no tree");
    if (n->text) {
        if (n->text < text || n->length > size - (size_t)(n->text - text))
            fail("a text elsewhere");
        if (!parse(n->text, n->length, &command))
            check_command();
    }
    for (unsigned i = 0; i < 3; i++)
        if (parts[i] != SCRIPT_NONE)
            check_node(parts[i], text, size);
}

void fuzz_one(void)
{
    size_t size = (size_t)(input_end - input_at);
    char *text = malloc(size + 1);
    memcpy(text, input_at, size);
    text[size] = 0;
    size = strlen(text);
    vars_set("X", "a b");
    vars_set_number("?", 7);
    for (const char *at = text; *at;) {
        const char *before = at;
        const char *wrong = script_next(&at, &script);
        memset(seen, 0, sizeof seen);
        if (!wrong && script.count)
            check_node(0, text, size);
        if (at == before && *at != '\n')
            fail("it does not go on");
        if (at == before)
            break;
    }
    free(text);
}
