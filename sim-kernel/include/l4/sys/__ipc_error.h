/*
 * Codes of a failed IPC, as the kernel leaves them in the UTCB's error word
 * when the result tag has L4_MSGTAG_ERROR. Bit 0: the receive phase failed.
 *
 * Source: ABI.md section 2, "IPC error codes".
 */
#ifndef L4_SYS_IPC_ERROR_H
#define L4_SYS_IPC_ERROR_H

enum l4_ipc_tcr_error_t {
    L4_IPC_ERROR_MASK = 0x1f,
    L4_IPC_SND_ERR_MASK = 0x01,

    L4_IPC_ENOT_EXISTENT = 0x04, /* empty slot, or deleted meanwhile */
    L4_IPC_SETIMEOUT = 0x02,
    L4_IPC_RETIMEOUT = 0x03,
    L4_IPC_SECANCELED = 0x06, /* by l4_thread_ex_regs() */
    L4_IPC_RECANCELED = 0x07,
    L4_IPC_SEMSGCUT = 0x08, /* words or items did not fit */
    L4_IPC_REMSGCUT = 0x09,
    L4_IPC_SESNDPFTO = 0x0a,
    L4_IPC_RESNDPFTO = 0x0b,
    L4_IPC_SERCVPFTO = 0x0c,
    L4_IPC_RERCVPFTO = 0x0d,
    L4_IPC_SEABORTED = 0x0e,
    L4_IPC_REABORTED = 0x0f,
    L4_IPC_SEMAPFAILED = 0x10,
    L4_IPC_REMAPFAILED = 0x11,
    L4_IPC_NO_REPLY_CAP = 0x13, /* explicit reply slot not usable */
};

#endif
