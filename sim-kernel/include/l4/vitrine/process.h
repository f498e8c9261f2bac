/*
 * Processes: what clients and servers of proc.iface and process.iface agree
 * upon.
 */
#ifndef L4_VITRINE_PROCESS_H
#define L4_VITRINE_PROCESS_H

enum l4_vitrine_process_state {
    PROCESS_NEW,     /* being prepared */
    PROCESS_RUNNING, /* started, and not ended */
    PROCESS_EXITED,  /* by itself; the code is its exit code */
    PROCESS_FAULTED, /* by a fault nobody could answer; the code is 11 */
    PROCESS_KILLED,  /* by somebody, or by its own signal: its number */
    PROCESS_HELD,    /* running, but it gets no CPU time (process.hold()) */
};

enum { PROCESS_FAULT_SIGNAL = 11, PROCESS_CPU_SIGNAL = 24 };

/* In its environment, a program finds its number, in hexadecimal. */
#define PROCESS_ID_VARIABLE "VITRINE_PID="

#endif
