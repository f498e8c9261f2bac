/*
 * The power gate: platform control (<l4/sys/platform_control.h>) for those who
 * do not hold the kernel's.
 *
 *      shutdown --> everybody who holds the lock is asked to let go
 *                       | all have, or their time is up
 *                       v
 *                   the kernel's platform control
 *
 * I1  one suspend or shutdown is under way at a time, and its lock is not
 *     acquired any more.
 */
#ifndef POWER_H
#define POWER_H

#include <stdbool.h>

enum { PATIENCE_MS = 10000 };

/* Serves the environment's gate `platform_ctl`, if there is one. 0, or an
 * error. */
long power_start(void);
/* How long holders are waited for. */
void power_patience(unsigned long ms);
/* Is what that lock keeps off under way? */
bool power_is_under_way(unsigned lock);
/* Somebody may have let go: goes on as soon as nobody holds the lock. */
void power_look(void);

#endif
