/*
 * Is there a trace at all? True, but for the one build of the simulator that
 * shows what trace points cost while they are off: it finds another header of
 * this name first (sim-kernel/port/sim/untraced).
 */
#ifndef L4_VITRINE_TRACE_POINTS_H
#define L4_VITRINE_TRACE_POINTS_H

enum { TRACE_POINTS = 1 };

#endif
