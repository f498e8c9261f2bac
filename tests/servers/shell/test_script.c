/*
 * The shell's language: trees of commands, words, variables, patterns.
 */
#include "../../../servers/shell/glob.h"
#include "../../../servers/shell/parse.h"
#include "../../../servers/shell/script.h"
#include "../../../servers/shell/vars.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct script script;
static struct command command;
static char said[1024];

/* A tree as text: "(and [a] [b])". */
static void write_node(unsigned number)
{
    static const char *const names[] = {
        [NODE_LIST] = "list", [NODE_AND] = "and",     [NODE_OR] = "or",
        [NODE_NOT] = "not",   [NODE_IF] = "if",       [NODE_WHILE] = "while",
        [NODE_FOR] = "for",   [NODE_PIPELINE] = "run"};
    const struct node *n = &script.nodes[number];
    const unsigned parts[] = {n->a, n->b, n->c};
    size_t used = strlen(said);
    snprintf(said + used, sizeof said - used, "(%s", names[n->kind]);
    if (n->text) {
        used = strlen(said);
        snprintf(said + used, sizeof said - used, " [%.*s]", (int)n->length,
                 n->text);
    }
    for (unsigned i = 0; i < 3; i++)
        if (parts[i] != SCRIPT_NONE)
            write_node(parts[i]);
    strcat(said, ")");
}

/* All trees of a text; or what is wrong. */
static const char *tree(const char *text)
{
    said[0] = 0;
    while (*text) {
        const char *wrong = script_next(&text, &script);
        if (wrong)
            return wrong;
        if (script.count)
            write_node(0);
    }
    return said;
}

/* The words of a command between bars; or what is wrong. */
static const char *words(const char *text)
{
    const char *wrong = parse(text, strlen(text), &command);
    said[0] = 0;
    for (unsigned i = 0; !wrong && i < command.stages; i++) {
        strcat(said, i ? "||" : "");
        for (int k = 0; k < command.stage[i].argc; k++) {
            strcat(said, k ? "|" : "");
            strcat(said, command.stage[i].argv[k]);
        }
    }
    return wrong ? wrong : said;
}

Test(script, commands_follow_each_other)
{
    cr_assert_str_eq(tree(""), "");
    cr_assert_str_eq(tree(" # nothing\n ;; \n"), "");
    cr_assert_str_eq(tree("a b;c\nd"), "(run [a b])(run [c])(run [d])");
    cr_assert_str_eq(tree("a & b"), "(run [a &])(run [b])");
    cr_assert_str_eq(tree("a 'x;y' \";\" \\; # b"),
                     "(run [a 'x;y' \";\" \\; ])");
    cr_assert_str_eq(tree("a b#c | d"), "(run [a b#c | d])");
}

Test(script, a_chain_is_taken_from_the_left)
{
    cr_assert_str_eq(tree("a && b"), "(and(run [a ])(run [b]))");
    cr_assert_str_eq(tree("a && b || c"),
                     "(or(and(run [a ])(run [b ]))(run [c]))");
    cr_assert_str_eq(tree("! a || b\nc"),
                     "(or(not(run [a ]))(run [b]))(run [c])");
    cr_assert_str_eq(tree("a &&\n b"), "(and(run [a ])(run [b]))");
}

Test(script, compounds_hold_others)
{
    cr_assert_str_eq(tree("if a; then b; fi; c"),
                     "(if(list(run [a]))(list(run [b])))(run [c])");
    cr_assert_str_eq(
        tree("if a\nthen b\nelif c; then d; else e; f; fi"),
        "(if(list(run [a]))(list(run [b]))(if(list(run [c]))(list(run [d]))"
        "(list(run [e])(list(run [f])))))");
    cr_assert_str_eq(tree("while a; do b && c; done"),
                     "(while(list(run [a]))(list(and(run [b ])(run [c]))))");
    cr_assert_str_eq(tree("for x in 1 2; do if a; then b; fi; done"),
                     "(for [x in 1 2](list(if(list(run [a]))(list(run "
                     "[b])))))");
    cr_assert_str_eq(tree("iffy; done2"), "(run [iffy])(run [done2])");
}

Test(script, what_is_not_at_its_end_goes_on)
{
    static const char *const texts[] = {
        "if",
        "if a",
        "if a; then",
        "if a; then b; else",
        "while a; do b",
        "for x in y",
        "for x in y; do z;",
        "a &&",
        "a || # b\n",
    };
    for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
        cr_assert_eq(tree(texts[i]), script_more, "%s", texts[i]);
}

Test(script, what_is_wrong_is_said_and_the_line_dropped)
{
    const char *text = "if a; b; fi; c\nd";
    cr_assert_str_eq(script_next(&text, &script), "if wants a then");
    cr_assert_str_eq(text, "\nd");
    cr_assert_str_eq(tree("fi"), "this word ends what has not begun");
    cr_assert_str_eq(tree("&& a"), "a command is missing");
    cr_assert_str_eq(tree("if; then a; fi"), "a command is missing");
    cr_assert_str_eq(tree("while a; b; done"), "a loop wants a do");
    char deep[SCRIPT_DEPTH * 3 + 8] = "";
    for (unsigned i = 0; i <= SCRIPT_DEPTH; i++)
        strcat(deep, "! ");
    cr_assert_str_eq(tree(strcat(deep, "a")),
                     "too many commands in one another");
    char many[SCRIPT_NODES * 4 + 8] = "a";
    for (unsigned i = 0; i < SCRIPT_NODES / 2; i++)
        strcat(many, "&&a");
    cr_assert_str_eq(tree(many), "too many commands");
}

Test(parse, words_are_quoted)
{
    cr_assert_str_eq(words("a  \"b c\" 'd\"e' f\\ g \"\" # x"),
                     "a|b c|d\"e|f g|");
    cr_assert_str_eq(words("a<x|b>>y c&"), "a||b|c");
    cr_assert_str_eq(command.input, "x");
    cr_assert_str_eq(command.output, "y");
    cr_assert(command.appends && command.in_background);
    cr_assert_str_eq(words("a \"b"), "a quotation has no end");
    cr_assert_str_eq(words("| a"), "| wants a command before it");
    cr_assert_str_eq(words("a |"), "a command is missing");
    cr_assert_str_eq(words("a >"), "a word is missing");
    cr_assert_str_eq(words("a & b"), "& must be the last");
}

Test(parse, variables_are_one_word)
{
    cr_assert(vars_set("X", "1 '2' $Y *"));
    vars_set_number("?", 42);
    cr_assert_str_eq(words("$X a${X}b \"$X\" '$X' \\$X"),
                     "1 '2' $Y *|a1 '2' $Y *b|1 '2' $Y *|$X|$X");
    cr_assert_str_eq(words("$? $none- $ ${ ${X $9x $-"), "42|-|$|${|${X|x|$-");
    vars_unset("X");
    cr_assert_str_eq(words("<$X>y"), "a command is missing");
}

Test(parse, a_line_has_its_limits)
{
    char text[PARSE_BYTES + 8];
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    cr_assert_str_eq(words(text), "the line is too long");
    for (unsigned i = 1; i < sizeof text - 1; i += 2)
        text[i] = ' ';
    cr_assert_str_eq(words(text), "too many words");
    for (unsigned i = 1; i < sizeof text - 1; i += 2)
        text[i] = '|';
    cr_assert_str_eq(words(text), "too many commands in a line");
}

Test(vars, names_and_places)
{
    char name[VARS_NAME + 1];
    cr_assert(!vars_set("", "x") && !vars_set("a-b", "x"));
    memset(name, 'n', VARS_NAME);
    name[VARS_NAME] = 0;
    cr_assert(!vars_set(name, "x"));
    for (unsigned i = 0; i < VARS_MAX; i++) {
        snprintf(name, sizeof name, "v%u", i);
        cr_assert(vars_set(name, name));
    }
    cr_assert(!vars_set("more", "x") && vars_set("v7", "again"));
    cr_assert_str_eq(vars_get("v7"), "again");
    vars_unset("v7");
    cr_assert(vars_export("more"));
    cr_assert_str_eq(vars_get("more"), "");
}

#define MANY "\1"
#define ONE  "\2"

Test(glob, patterns)
{
    cr_assert(glob_fits("", "") && !glob_fits("", "a"));
    cr_assert(glob_fits(MANY, "") && glob_fits(MANY, "abc"));
    cr_assert(glob_fits("a" MANY "c", "abbc") &&
              !glob_fits("a" MANY "c", "ab"));
    cr_assert(glob_fits("a" ONE "c", "abc") && !glob_fits("a" ONE, "a"));
    cr_assert(glob_fits(MANY "ab" MANY "b", "aababcb"));
    cr_assert(!glob_fits(MANY "a" MANY "a" MANY "b", "aaaaaaaaaaaaaaaa"));
}

Test(glob, what_fits_no_file_stays_as_it_is)
{
    cr_assert_str_eq(words("/no-such-folder/* '*' a?"),
                     "/no-such-folder/*|*|a?");
    cr_assert_str_eq(words("/de? '/de?'"), "/dev|/de?");
}
