/* Rows about traces and what is made of them. */
#ifndef BENCH_ROWS_TRACE_H
#define BENCH_ROWS_TRACE_H

#include "rows.h"

bool measure_ipc_traced(const struct bench *b, struct row *r);
bool measure_trace_event(const struct bench *b, struct row *r);
bool measure_trace_write(const struct bench *b, struct row *r);
bool measure_trace_off(const struct bench *b, struct row *r);
bool measure_export(const struct bench *b, struct row *r);
bool measure_trace_memory(const struct bench *b, struct row *r);
bool measure_graph_at(const struct bench *b, struct row *r);
bool measure_graph_draw(const struct bench *b, struct row *r);
bool measure_graph_reach(const struct bench *b, struct row *r);
bool measure_report(const struct bench *b, struct row *r);
bool measure_report_open(const struct bench *b, struct row *r);

#endif
