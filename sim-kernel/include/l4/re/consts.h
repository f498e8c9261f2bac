/*
 * Constants of the user-level environment.
 */
#ifndef L4_RE_CONSTS_H
#define L4_RE_CONSTS_H

#include <l4/sys/consts.h>

enum l4re_consts_t {
    L4RE_THIS_TASK_CAP = 1 << L4_CAP_SHIFT, /* every program's own task */
    L4RE_MAIN_THREAD_CAP = 3 << L4_CAP_SHIFT,
};

#endif
