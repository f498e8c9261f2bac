/*
 * How the run ended: results, faults, who waits for whom.
 */
#ifndef CORE_REPORT_H
#define CORE_REPORT_H

#include "port.h"

/* The system's own result should it end now (0..99). */
void report_set_result(int result);
int report_result(void);
/* One more fault nobody handled. */
void report_count_fault(void);
/* The system ends: final picture, then port_shutdown(). */
_Noreturn void report_end(unsigned reason, int result);
/* Invariants of everything. */
void report_check_all(void);

#endif
