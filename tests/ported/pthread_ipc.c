/*
 * Ported program: two POSIX threads of one program talk by IPC, through the
 * capability of the second one; words go out and come back in the UTCB.
 */
#include <l4/sys/ipc.h>
#include <l4/util/util.h>
#include <pthread.h>
#include <pthread-l4.h>
#include <stdio.h>

enum { ROUNDS = 5 };

static void *squares(void *arg)
{
    l4_umword_t label;
    l4_msgtag_t tag = l4_ipc_wait(l4_utcb(), &label, L4_IPC_NEVER);
    (void)arg;
    for (int i = 0; i < ROUNDS; i++) {
        if (l4_ipc_error(tag, l4_utcb())) {
            printf("wait failed: %lx\n", l4_ipc_error(tag, l4_utcb()));
            return NULL;
        }
        l4_utcb_mr()->mr[0] *= l4_utcb_mr()->mr[0];
        if (i == ROUNDS - 1)
            break;
        tag = l4_ipc_reply_and_wait(l4_utcb(), l4_msgtag(0, 1, 0, 0), &label,
                                    L4_IPC_NEVER);
    }
    l4_ipc_send(L4_INVALID_CAP | L4_SYSF_REPLY, l4_utcb(),
                l4_msgtag(0, 1, 0, 0), L4_IPC_NEVER);
    return arg;
}

int main(void)
{
    pthread_t other;
    int mark;
    void *result;
    l4_msgtag_t tag;

    if (pthread_create(&other, NULL, squares, &mark)) {
        printf("no thread\n");
        return 1;
    }
    for (l4_umword_t value = 1; value <= ROUNDS; value++) {
        l4_utcb_mr()->mr[0] = value;
        tag = l4_ipc_call(pthread_l4_cap(other), l4_utcb(),
                          l4_msgtag(0, 1, 0, 0), L4_IPC_NEVER);
        if (l4_msgtag_has_error(tag)) {
            printf("call failed: %d\n", l4_ipc_error_code(l4_utcb()));
            return 1;
        }
        printf("%lu squared is %lu\n", value, l4_utcb_mr()->mr[0]);
    }
    pthread_join(other, &result);
    return result != &mark;
}
