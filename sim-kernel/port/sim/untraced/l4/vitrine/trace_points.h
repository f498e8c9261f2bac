/* No trace points: for a measurement (<l4/vitrine/trace_points.h>). */
#ifndef L4_VITRINE_TRACE_POINTS_H
#define L4_VITRINE_TRACE_POINTS_H

enum { TRACE_POINTS = 0 };

#endif
