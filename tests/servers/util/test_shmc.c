/*
 * Shared-memory channels between two programs: without an argument the
 * consumer, which checks; with one the producer (shmc.cfg). A TAP producer.
 */
#include "internal.h" /* a client that dies with the lock */
#include "tap.h"

#include <l4/shmc/shmc.h>
#include <l4/sys/err.h>
#include <l4/sys/ipc.h>
#include <l4/util/util.h>
#include <pthread-l4.h>
#include <pthread.h>
#include <string.h>

enum { ROUNDS = 20, CAPACITY = 1000 };

/* Puts ROUNDS numbers into the chunk, each when the one before is used. */
static int produce(void)
{
    l4shmc_area_t area;
    l4shmc_chunk_t chunk;
    l4shmc_signal_t filled, used;
    l4_cap_idx_t self = pthread_l4_cap(pthread_self());

    if (l4shmc_attach_to("testshm", 10000, &area) ||
        l4shmc_get_chunk_to(&area, "data", 1000, &chunk) ||
        l4shmc_get_signal_to(&area, "filled", 1000, &filled) ||
        l4shmc_attach_signal_to(&area, "used", self, 1000, &used))
        return 1;
    l4shmc_connect_chunk_signal(&chunk, &filled);
    l4shmc_mark_client_initialized(&area);
    for (l4_umword_t i = 1; i <= ROUNDS; i++) {
        while (l4shmc_chunk_try_to_take(&chunk))
            l4shmc_wait_signal(&used);
        memset(l4shmc_chunk_ptr(&chunk), (int)i, i);
        if (l4shmc_chunk_ready_sig(&chunk, i))
            return 2;
    }
    /* Ends without a word, and with the lock, when it is told to. */
    if (l4shmc_get_chunk_to(&area, "end", 10000, &chunk))
        return 3;
    shmc_lock(&area);
    return 0;
}

static l4shmc_area_t area;
static l4shmc_chunk_t chunk;
static l4shmc_signal_t filled, used;

static void an_area_is_made(void)
{
    fact(l4shmc_create("nosuch") == -L4_ENOENT, "an_area_has_a_name_space");
    fact(l4shmc_attach("testshm", &area) == -L4_ENOENT &&
             l4shmc_attach_to("testshm", 2, &area) == -L4_ENOENT &&
             l4shmc_attach_to("nosuch", 2, &area) == -L4_ENOENT,
         "there_is_no_area_yet");
    fact(!l4shmc_create("testshm", 4096 * 4), "an_area_is_made");
    fact(l4shmc_create("testshm") == -L4_EEXIST, "an_area_is_made_once");
    fact(!l4shmc_attach("testshm", &area) &&
             l4shmc_area_size(&area) == 4096 * 4,
         "an_area_is_attached");
    l4_ssize_t left = l4shmc_area_size_free(&area);
    fact(!l4shmc_add_chunk(&area, "data", CAPACITY, &chunk) &&
             l4shmc_chunk_capacity(&chunk) == CAPACITY &&
             l4shmc_area_size_free(&area) <=
                 left - CAPACITY - l4shmc_chunk_overhead(),
         "a_chunk_takes_its_room");
    fact(l4shmc_add_chunk(&area, "data", 1, &chunk) == -L4_EEXIST &&
             l4shmc_add_chunk(&area, "more", 1 << 20, &chunk) == -L4_ENOMEM &&
             l4shmc_add_chunk(&area, "a name that is too long", 1, &chunk) ==
                 -L4_ENAMETOOLONG,
         "chunks_that_cannot_be_are_refused");
    l4shmc_chunk_t second;
    const char *name = "";
    fact(!l4shmc_add_chunk(&area, "second", 100, &second) &&
             l4shmc_check_magic(&second),
         "there_may_be_more");
    long at = l4shmc_iterate_chunk(&area, &name, 0);
    int right = at > 0 && !strcmp(name, "data");
    at = l4shmc_iterate_chunk(&area, &name, at);
    fact(right && at > 0 && !strcmp(name, "second") &&
             l4shmc_iterate_chunk(&area, &name, at) == -L4_ENOENT,
         "chunks_can_be_listed");
    fact(!l4shmc_get_chunk(&area, "data", &chunk) &&
             l4shmc_get_chunk(&area, "none", &second) == -L4_ENOENT,
         "a_chunk_is_found_by_its_name");
}

static void a_chunk_has_states(void)
{
    fact(l4shmc_is_chunk_clear(&chunk) && l4shmc_chunk_ready(&chunk, 1) < 0,
         "a_chunk_begins_clear");
    fact(!l4shmc_chunk_try_to_take(&chunk) &&
             l4shmc_chunk_try_to_take(&chunk) == -L4_EPERM,
         "a_chunk_is_taken_once");
    fact(l4shmc_chunk_ready(&chunk, CAPACITY + 1) == -L4_EINVAL &&
             !l4shmc_chunk_ready(&chunk, 5) && l4shmc_is_chunk_ready(&chunk) &&
             l4shmc_chunk_size(&chunk) == 5,
         "a_chunk_becomes_ready");
    fact(!l4shmc_chunk_try_to_take_for_overwriting(&chunk) &&
             !l4shmc_chunk_ready(&chunk, 6),
         "what_nobody_reads_is_overwritten");
    fact(!l4shmc_chunk_try_to_take_for_reading(&chunk) &&
             l4shmc_chunk_try_to_take_for_overwriting(&chunk) == -L4_EPERM,
         "what_is_read_is_not");
    fact(!l4shmc_chunk_consumed(&chunk) && l4shmc_is_chunk_clear(&chunk) &&
             l4shmc_chunk_consumed(&chunk) == -L4_EINVAL,
         "a_chunk_is_consumed");
}

static void signals_wait(void)
{
    l4_cap_idx_t self = pthread_l4_cap(pthread_self());
    l4shmc_signal_t alone, mine, *which = 0;

    /* First one that the producer knows nothing of: it runs beside us. */
    fact(!l4shmc_add_signal(&area, "alone", &alone) &&
             !l4shmc_attach_signal(&area, "alone", self, &alone),
         "a_signal_is_attached");
    fact(l4shmc_wait_signal_try(&alone) == -L4_EAGAIN, "no_signal_has_come");
    l4shmc_trigger(&alone);
    fact(!l4shmc_wait_any_try(&which) && which == &alone,
         "a_signal_says_which_it_is");
    fact(!l4shmc_add_signal(&area, "used", &used) &&
             !l4shmc_add_signal(&area, "filled", &filled) &&
             !l4shmc_attach_signal(&area, "filled", self, &filled),
         "signals_are_made");
    fact(l4shmc_add_signal(&area, "used", &mine) == -L4_EEXIST,
         "a_signal_is_made_once");
    l4shmc_connect_chunk_signal(&chunk, &filled);
}

static void data_comes_from_the_other_program(void)
{
    l4_umword_t good = 0, ready = 0;

    for (l4_umword_t i = 1; i <= ROUNDS; i++) {
        if (l4shmc_wait_chunk(&chunk))
            break;
        const unsigned char *data = l4shmc_chunk_ptr(&chunk);
        l4_umword_t size = (l4_umword_t)l4shmc_chunk_size(&chunk);
        good += size == i && data[0] == i && data[size - 1] == i;
        l4shmc_chunk_consumed(&chunk);
        l4shmc_trigger(&used);
    }
    fact(good == ROUNDS, "data_comes_from_the_other_program");
    fact(!l4shmc_get_initialized_clients(&area, &ready) &&
             l4shmc_get_client_nr(&area) == 0 && ready == 2,
         "its_users_are_known");
}

/* The producer has bit 1, until it ends. */
static void who_ends_is_forgotten(void)
{
    l4_umword_t ready = 2;
    l4shmc_area_t again;
    l4shmc_chunk_t end;

    fact(!l4shmc_attach("testshm", &again) &&
             l4shmc_get_client_nr(&again) == 2 && !l4shmc_detach(&again),
         "a_second_user_has_another_number");
    fact(!l4shmc_add_chunk(&area, "end", 1, &end), "the_other_is_told_to_end");
    for (int i = 0; i < 2000 && ready; i++) {
        l4_sleep(1);
        l4shmc_get_initialized_clients(&area, &ready);
    }
    fact(!ready, "who_ends_without_a_word_is_forgotten");
    fact(!l4shmc_add_chunk(&area, "more", 1, &end), "its_lock_is_free");
    fact(!l4shmc_attach("testshm", &again) && l4shmc_get_client_nr(&again) == 1,
         "its_number_is_given_again");
    l4shmc_mark_client_initialized(&again);
    fact(!l4shmc_get_initialized_clients(&area, &ready) && ready == 2 &&
             !l4shmc_detach(&again) &&
             !l4shmc_get_initialized_clients(&area, &ready) && !ready,
         "who_detaches_is_forgotten_at_once");
    fact(!l4shmc_detach(&area), "an_area_is_detached");
}

/* "given" has its memory from the description: 16 KiB. */
static void memory_may_be_there_before(void)
{
    l4shmc_area_t given;

    fact(l4shmc_attach("given", &given) == -L4_ENOENT,
         "memory_alone_is_no_area");
    fact(l4shmc_create("given", 1 << 20) == -L4_ENOMEM,
         "memory_that_is_too_small_is_refused");
    fact(!l4shmc_create("given") && !l4shmc_attach("given", &given) &&
             l4shmc_area_size(&given) == 16384,
         "the_memory_that_is_there_is_used");
    fact(l4shmc_create("given") == -L4_EEXIST, "and_once_only");
    int attached = 1;
    l4shmc_area_t more;
    while (!l4shmc_attach("given", &more))
        attached++;
    fact(attached == 64 && l4shmc_attach("given", &more) == -L4_ENOMEM,
         "an_area_has_64_users");
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        return produce();
    an_area_is_made();
    a_chunk_has_states();
    signals_wait();
    data_comes_from_the_other_program();
    who_ends_is_forgotten();
    memory_may_be_there_before();
    return tap_end();
}
