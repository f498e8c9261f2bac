/*
 * pthread_create() with L4's flags. musl's own is a weak name for
 * __pthread_create(), so this one is taken instead; __clone() (threads.c) reads
 * what it notes.
 */
#include "threads.h"

#include <pthread-l4.h>

int __pthread_create(pthread_t *thread, const pthread_attr_t *attr,
                     void *(*function)(void *), void *argument) GLUE_HIDDEN;

int pthread_create(pthread_t *restrict thread,
                   const pthread_attr_t *restrict attr,
                   void *(*function)(void *), void *restrict argument)
{
    struct thread *self = thread_self();

    if (!self || !attr || !(attr->create_flags & PTHREAD_L4_ATTR_NO_START))
        return __pthread_create(thread, attr, function, argument);
    self->makes_stopped = 1;
    int error = __pthread_create(thread, attr, function, argument);
    self->makes_stopped = 0;
    return error;
}
