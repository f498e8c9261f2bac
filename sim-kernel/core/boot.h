/*
 * What the core remembers of its start.
 */
#ifndef CORE_BOOT_H
#define CORE_BOOT_H

#include "port.h"

/* First address no task may use. */
extern uaddr_t boot_user_end;

#endif
