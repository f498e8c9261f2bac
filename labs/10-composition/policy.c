/*
 * Given: see policy.h.
 */
#include "policy.h"
#include "protocol.h"

enum { RULES_MAX = 64 };

struct rule {
    l4_umword_t client, name;
    int registers;
    enum policy_right right;
};

static l4_umword_t clients[CLIENTS_MAX + 1]; /* from 1 */
static unsigned client_count;
static struct rule rules[RULES_MAX];
static unsigned rule_count;

static l4_umword_t part(const char *from, const char *to)
{
    char name[sizeof(l4_umword_t) + 1] = "";
    size_t size = (size_t)(to - from);
    memcpy(name, from, size < sizeof name - 1 ? size : sizeof name - 1);
    return name_word(name);
}

static void rule_read(const char *text)
{
    const char *dot = strpbrk(text, "+.");
    const char *end = text + strcspn(text, "=");
    if (rule_count == RULES_MAX || dot > end)
        return;
    rules[rule_count++] = (struct rule){
        .client = part(text, dot),
        .name = part(dot + 1, end),
        .registers = *dot == '+',
        .right = *dot == '+'               ? RIGHT_NONE
                 : strcmp(end, "=rw") == 0 ? RIGHT_READ_WRITE
                                           : RIGHT_READ,
    };
}

unsigned policy_read(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strpbrk(argv[i], "+."))
            rule_read(argv[i]);
        else if (client_count < CLIENTS_MAX)
            clients[++client_count] = name_word(argv[i]);
    return client_count;
}

int policy_may_register(unsigned client, l4_umword_t name)
{
    for (unsigned i = 0; i < rule_count; i++)
        if (rules[i].registers && rules[i].client == clients[client] &&
            rules[i].name == name)
            return 1;
    return 0;
}

enum policy_right policy_right(unsigned client, l4_umword_t name)
{
    enum policy_right best = RIGHT_NONE;
    for (unsigned i = 0; i < rule_count; i++)
        if (rules[i].client == clients[client] && rules[i].name == name &&
            rules[i].right > best)
            best = rules[i].right;
    return best;
}
