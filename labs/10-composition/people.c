/*
 * Given: who uses the shop; the first argument says who, the second is what
 * article 1 costs.
 *
 *   manager   sets the prices
 *   buyer     buys, and tries what a buyer should not
 *   auditor   compares till and journal, and tries to add to it
 *   intruder  wants everything, and to be the till
 */
#include "protocol.h"
#include "service.h"
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <stdio.h>
#include <stdlib.h>

enum { PURCHASES = 5 };

static void told(const char *what, long error)
{
    printf("%s: %s\n", what, l4sys_errtostr(error));
}

static void be_manager(l4_umword_t price)
{
    l4_cap_idx_t list = service_lookup("prices");
    for (unsigned i = 0; i < ARTICLES; i++)
        told("set",
             service_call(list, PRICES_PROTOCOL, SET, i, price * i, 0, 0));
}

static void be_buyer(void)
{
    l4_cap_idx_t other = l4re_util_cap_alloc();
    l4_ipc_sleep_ms(10); /* until there are prices */
    l4_cap_idx_t shop = service_lookup("shop");
    for (unsigned i = 1; i <= PURCHASES; i++)
        told("buy", service_call(shop, SHOP_PROTOCOL, BUY, i, 0, 0, 0));
    told("the till", service_ask("till", other));
    told("no such name", service_ask("bargain", other));
}

static void be_auditor(void)
{
    l4_umword_t count = 0, sum = 0, money = 0;
    l4_cap_idx_t journal = service_lookup("journal");
    l4_cap_idx_t till = service_lookup("till");
    l4_ipc_sleep_ms(30); /* until all is sold */
    service_call(journal, JOURNAL_PROTOCOL, COUNT, 0, 0, &count, &sum);
    service_call(till, TILL_PROTOCOL, SUM, 0, 0, &money, 0);
    printf("%lu sold for %lu, %lu in the till\n", count, sum, money);
    told("append", service_call(journal, JOURNAL_PROTOCOL, APPEND, 1, 0, 0, 0));
    told("pay", service_call(till, TILL_PROTOCOL, PAY, 1, 0, 0, 0));
}

static void be_intruder(void)
{
    static const char *const names[] = {"journal", "prices", "till", "shop"};
    l4_ipc_sleep_ms(5);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        told(names[i], service_ask(names[i], l4re_util_cap_alloc()));
    told("be the till", service_register("till", "server"));
    told("be the bank", service_register("bank", "server"));
}

int main(int argc, char **argv)
{
    switch (argc > 1 ? argv[1][0] : 0) {
    case 'm':
        be_manager(argc > 2 ? strtoul(argv[2], 0, 0) : 1);
        break;
    case 'b':
        be_buyer();
        break;
    case 'a':
        be_auditor();
        break;
    default:
        be_intruder();
    }
    return 0;
}
