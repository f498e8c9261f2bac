/*
 * l4util and libirq in one program of several threads: a TAP producer.
 */
#include "tap.h"

#include <l4/irq/irq.h>
#include <l4/re/c/util/cap_alloc.h>
#include <l4/re/env.h>
#include <l4/sys/factory.h>
#include <l4/util/atomic.h>
#include <l4/util/backtrace.h>
#include <l4/util/bitops.h>
#include <l4/util/memdesc.h>
#include <l4/util/rand.h>
#include <l4/util/util.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <unistd.h>

static void atomics(void)
{
    l4_uint8_t b = 255;
    l4_uint16_t h = 7;
    l4_uint32_t w = 5;
    l4_uint64_t d = 1ull << 40;
    l4_umword_t m = 9;
    long n = -1;

    fact(l4util_cmpxchg32(&w, 5, 6) && w == 6 && !l4util_cmpxchg32(&w, 5, 7) &&
             w == 6,
         "cmpxchg_changes_what_it_knows");
    fact(l4util_xchg16(&h, 1) == 7 && h == 1 && l4util_xchg(&m, 2) == 9,
         "xchg_gives_what_was_there");
    fact(l4util_inc8_res(&b) == 0 && l4util_dec8_res(&b) == 255,
         "small_numbers_go_round");
    l4util_add64(&d, 1);
    fact(d == (1ull << 40) + 1 && l4util_sub64_res(&d, d) == 0, "add_and_sub");
    l4util_or32(&w, 9);
    l4util_and32(&w, 0xc);
    fact(w == 12, "or_and_and");
    l4util_atomic_inc(&n);
    l4util_atomic_add(&n, 5);
    fact(n == 5 && l4util_cmpxchg(&m, 2, 3) && m == 3, "words");
}

static l4_uint32_t counter;

static void *count(void *unused)
{
    for (int i = 0; i < 2000; i++)
        l4util_inc32(&counter);
    return unused;
}

static void threads_count_together(void)
{
    pthread_t t[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], 0, count, 0);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], 0);
    fact(counter == 6000, "threads_count_together");
}

static void bits(void)
{
    l4_umword_t field[2] = {0, 0};

    l4util_set_bit(3, field);
    l4util_set_bit(64, field);
    fact(field[0] == 8 && field[1] == 1 && l4util_test_bit(64, field) &&
             !l4util_test_bit(65, field),
         "bits_are_set_in_their_word");
    fact(l4util_bts(3, field) == 1 && l4util_btr(3, field) == 1 &&
             l4util_btr(3, field) == 0 && l4util_btc(5, field) == 0 &&
             field[0] == 32,
         "a_bit_tells_what_it_was");
    l4util_clear_bit(5, field);
    l4util_complement_bit(6, field);
    fact(field[0] == 64, "clear_and_complement");
    fact(l4util_bsr(0x90) == 7 && l4util_bsf(0x90) == 4 &&
             l4util_bsr(0) == -1 && l4util_bsf(0) == -1,
         "bsr_and_bsf_find_the_ends");
    field[0] = 0;
    fact(l4util_find_first_set_bit(field, 128) == 64 &&
             l4util_find_first_set_bit(field, 60) == 60,
         "the_first_bit_is_found");
    field[0] = ~0ul;
    fact(l4util_find_first_zero_bit(field, 128) == 65, "and_the_first_hole");
    fact(l4util_next_power2(5) == 8 && l4util_next_power2(8) == 8 &&
             l4util_next_power2(0) == 0 && l4util_next_power2(~0ul) == 0,
         "next_power2_rounds_up");
}

static void times_and_memory(void)
{
    l4_uint64_t before = l4_kip_clock(l4_kip());

    l4_sleep(2);
    l4_usleep(500);
    fact(l4_kip_clock(l4_kip()) - before >= 2500, "sleeps_take_their_time");
    fact(l4util_micros2l4to(0).t == L4_IPC_TIMEOUT_0.t,
         "no_time_is_a_time_out_of_zero");
    l4_uint64_t us =
        l4_timeout_get(0, (l4_timeout_s){l4util_micros2l4to(123456).t});
    fact(us >= 123456 && us < 123456 + 123456 / 500,
         "a_time_out_is_rounded_up");
    fact(l4util_memdesc_vm_high(l4_kip()) > (l4_addr_t)&before,
         "user_memory_has_an_end");
}

static int same_numbers(void)
{
    l4_uint32_t first, second;

    l4util_srand(7);
    first = l4util_rand();
    second = l4util_rand();
    l4util_srand(7);
    return l4util_rand() == first && l4util_rand() == second &&
           first != second && first <= L4_RAND_MAX;
}

__attribute__((noinline)) static int innermost(void **pc, int room)
{
    int n = l4util_backtrace(pc, room);
    __asm__ volatile(""); /* no tail call */
    return n;
}

__attribute__((noinline)) static int outer(void **pc, int room)
{
    int n = innermost(pc, room);
    __asm__ volatile("");
    return n;
}

/* Is an address in a function, or soon behind its beginning? */
static int is_in(void *pc, const void *function)
{
    return (char *)pc > (char *)function &&
           (char *)pc < (char *)function + 4096;
}

static void callers_are_known(void)
{
    void *pc[16];
    int n = outer(pc, 16);

    fact(n >= 3 && is_in(pc[0], innermost) && is_in(pc[1], outer),
         "a_backtrace_names_the_callers");
    fact(outer(pc, 2) == 2, "and_no_more_than_wanted");
    fact(same_numbers(), "random_numbers_can_be_had_again");
}

static void *trigger_thrice(void *irq)
{
    for (int i = 0; i < 3; i++) {
        usleep(1000);
        l4_irq_trigger(*(l4_cap_idx_t *)irq);
    }
    return 0;
}

static void interrupts_are_waited_for(void)
{
    l4_cap_idx_t cap = l4re_util_cap_alloc();
    l4irq_t *irq, *which = 0;
    pthread_t t;

    l4_factory_create_irq(l4re_env()->factory, cap);
    irq = l4irq_attach_cap(cap);
    fact(irq != 0, "a_capability_is_attached");
    pthread_create(&t, 0, trigger_thrice, &cap);
    fact(!l4irq_wait(irq), "an_interrupt_comes");
    fact(!l4irq_wait_any(&which) && which == irq, "any_interrupt_is_this_one");
    which = 0;
    fact(!l4irq_unmask_and_wait_any(irq, &which) && which == irq,
         "unmasked_it_comes_again");
    pthread_join(t, 0);
    fact(!l4irq_detach(irq), "it_is_detached");
    fact(!l4irq_attach(1 << 20), "a_line_that_is_not_there_is_refused");
    l4re_util_cap_free_um(cap);
}

int main(void)
{
    atomics();
    threads_count_together();
    bits();
    times_and_memory();
    callers_are_known();
    interrupts_are_waited_for();
    return tap_end();
}
