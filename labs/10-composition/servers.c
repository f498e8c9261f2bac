/*
 * Given: the four servers that a shop is made of; the argument says which.
 *
 *   buyer --> shop --> till --> journal
 *               \--> prices
 */
#include "protocol.h"
#include "service.h"
#include <l4/sys/err.h>
#include <l4/sys/utcb.h>

static l4_umword_t count, sum;
static l4_umword_t prices[ARTICLES];
static l4_cap_idx_t journal_cap, prices_cap, till_cap;

static long journal(int may_write)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (m->mr[0] == APPEND) {
        if (!may_write)
            return -L4_EPERM;
        count++;
        sum += m->mr[1];
        return 0;
    }
    m->mr[0] = count;
    m->mr[1] = sum;
    return 2;
}

static long price_list(int may_write)
{
    l4_msg_regs_t *m = l4_utcb_mr();
    if (m->mr[1] >= ARTICLES)
        return -L4_ERANGE;
    if (m->mr[0] == SET) {
        if (!may_write)
            return -L4_EPERM;
        prices[m->mr[1]] = m->mr[2];
        return 0;
    }
    m->mr[0] = prices[m->mr[1]];
    return 1;
}

static long till(int may_write)
{
    l4_umword_t op = l4_utcb_mr()->mr[0], amount = l4_utcb_mr()->mr[1];
    if (op == PAY) {
        if (!may_write)
            return -L4_EPERM;
        long error = service_call(journal_cap, JOURNAL_PROTOCOL, APPEND, amount,
                                  0, 0, 0);
        if (error < 0)
            return error;
        sum += amount;
        return 0;
    }
    l4_utcb_mr()->mr[0] = sum;
    return 1;
}

static long shop(int may_write)
{
    l4_umword_t price = 0;
    (void)may_write;
    long error = service_call(prices_cap, PRICES_PROTOCOL, PRICE,
                              l4_utcb_mr()->mr[1], 0, &price, 0);
    if (error >= 0)
        error = service_call(till_cap, TILL_PROTOCOL, PAY, price, 0, 0, 0);
    if (error < 0)
        return error;
    l4_utcb_mr()->mr[0] = price;
    return 1;
}

int main(int argc, char **argv)
{
    switch (argc > 1 ? argv[1][0] : 0) {
    case 'j':
        service_loop("journal", JOURNAL_PROTOCOL, journal);
        break;
    case 'p':
        service_loop("prices", PRICES_PROTOCOL, price_list);
        break;
    case 't':
        journal_cap = service_lookup("journal");
        service_loop("till", TILL_PROTOCOL, till);
        break;
    default:
        prices_cap = service_lookup("prices");
        till_cap = service_lookup("till");
        service_loop("shop", SHOP_PROTOCOL, shop);
    }
    return 1;
}
