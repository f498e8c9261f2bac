/*
 * The one table of trace events.
 *
 * The core writes fixed-size binary records into a ring in RAM; every tool
 * (text, diagrams, graph) and the documentation read names and fields from
 * this table, so that an event is described once.
 *
 * A record is 64 bytes, little endian:
 *
 *      0        8        12     14   15   16 ............ 64
 *      | time   | thread | event| cpu| flg| arg[0..5]      |
 *
 *   time    virtual time in nanoseconds since boot
 *   thread  debugger id of the thread the record is about: the one that runs
 *           (0: none, the kernel); of IPC, IPC_BLOCK, IPC_ERROR, EXCEPTION the
 *           one that sends, waits, fails (an IRQ's message: the IRQ object)
 *   event   number from the table below
 *   flg     depends on the event, see VTR_F_*
 *
 * Ids are the debugger's object ids: small, unique for the life of the
 * system, never host pointers (two runs give the same bytes).
 *
 * X(NUMBER, NAME, "arg0,arg1,...", "meaning")
 */
#ifndef L4_VITRINE_TRACE_EVENTS_H
#define L4_VITRINE_TRACE_EVENTS_H

#include <l4/sys/linkage.h>
#include <stdint.h>

#define VTR_EVENTS(X)                                                          \
    X(1, BOOT, "version,ram_bytes,cpus,seed", "the kernel starts")             \
    X(2, ENTER, "kind,ip,dest,tag", "a trap enters the kernel")                \
    X(3, LEAVE, "to,ip", "the kernel returns to user mode")                    \
    X(4, SWITCH, "to,from,prio,reason", "the CPU goes to another thread")      \
    X(5, CREATE, "object,type,factory,bytes", "an object is made")             \
    X(6, DELETE, "object,type", "an object is gone")                           \
    X(7, NAME, "object,name0,name1,name2,name3", "an object gets a name")      \
    X(8, BIND, "thread,task,utcb", "a thread gets its task")                   \
    X(9, GATE_BIND, "gate,thread,label", "a gate or IRQ gets its receiver")    \
    X(10, THREAD_START, "thread,ip,sp,prio", "a thread is set running")        \
    X(11, THREAD_PRIO, "thread,prio,slice_ns,cpu", "scheduling parameters")    \
    X(12, CAP_MAP, "from_task,from_slot,to_task,to_slot,object,rights",        \
      "a capability is handed on (from_task 0: made by the kernel)")           \
    X(13, CAP_UNMAP, "task,slot,object,rights,by_task",                        \
      "a capability loses rights (all: it is gone)")                           \
    X(14, MEM_MAP, "from_task,from_va,to_task,to_va,order_rights,paddr",       \
      "memory is handed on (order_rights: order << 8 | rights)")               \
    X(15, MEM_UNMAP, "task,va,order_rights,by_task", "memory is taken back")   \
    X(16, IPC, "to,via,label,tag,mr0,mr1",                                     \
      "a message passes from the record's thread to another")                  \
    X(17, IPC_BLOCK, "partner,why,via,deadline_ns", "a thread starts waiting") \
    X(18, IPC_ERROR, "code,partner,via", "an IPC ends with an error")          \
    X(19, INVOKE, "object,type,opcode,tag,mr1,mr2",                            \
      "a thread invokes a kernel object")                                      \
    X(20, RESULT, "object,tag,mr0", "the kernel object's answer")              \
    X(21, PAGE_FAULT, "address,access,ip,task",                                \
      "a page fault (access R4 W2 X1)")                                        \
    X(22, EXCEPTION, "cause,ip,address,task", "an exception")                  \
    X(23, FAULT_REPORT, "thread,task,cause,address,ip,access",                 \
      "a fault nobody could answer")                                           \
    X(24, IRQ, "line,object", "a device interrupt arrives")                    \
    X(25, TIMEOUT, "thread,phase", "a timeout strikes")                        \
    X(26, IMAGE, "task,base,name0,name1,name2,name3", "a program was loaded")  \
    X(27, MARK, "kind,text0,text1,text2,text3,value",                          \
      "a mark from user level")                                                \
    X(28, END, "reason,result", "the system ends")                             \
    X(29, LOST, "records", "records the ring had no room for")                 \
    X(30, SNAP_OBJECT, "object,type,task,prio", "snapshot: one object")        \
    X(31, SNAP_CAP, "task,slot,object,rights,parent_task,parent_slot",         \
      "snapshot: one capability")                                              \
    X(32, SNAP_MEM, "task,va,order_rights,paddr,parent_task,parent_va",        \
      "snapshot: one memory mapping")                                          \
    X(33, WAIT, "thread,partner,why,since_ns,ip,via",                          \
      "final state: who waits for whom")                                       \
    X(34, HANDOVER, "",                                                        \
      "five records in one (trace_handover.h); readers unpack")                \
    X(35, VALUES, "value0,value1,value2",                                      \
      "three numbers of a program, of the mark before it")                     \
    X(36, BINARY, "word0,word1,word2", "24 bytes of a program")                \
    X(37, INPUT, "source,value,look",                                          \
      "from outside (0: console byte, at which look for one; 1: host clock)")  \
    X(38, RUN, "part,text0,text1,text2,text3", "what was asked to be run")     \
    X(39, REST, "cpu,off,asleep",                                              \
      "a CPU goes off or on, to sleep (suspend) or wakes")                     \
    X(40, WORDS, "to,word2,word3,word4,word5,word6",                           \
      "more words of the request that the thread's next IPC record tells of")

enum vtr_event {
#define VTR_X(number, name, args, text) VTR_##name = number,
    VTR_EVENTS(VTR_X)
#undef VTR_X
};

/* flg of VTR_IPC: what kind of message, and what went with it; of
 * VTR_IPC_ERROR: VTR_F_REPLY if it was an answer that nobody waits for */
enum {
    VTR_F_CALL = 1,   /* sender waits for the reply */
    VTR_F_REPLY = 2,  /* answers a call */
    VTR_F_ITEMS = 4,  /* carries typed items */
    VTR_F_IRQ = 8,    /* from an interrupt object or a semaphore */
    VTR_F_FAULT = 16, /* made by the kernel: page fault or exception */
};

/* arg "type" of CREATE, SNAP_OBJECT, INVOKE */
enum vtr_type {
    VTR_T_NONE,
    VTR_T_TASK,
    VTR_T_THREAD,
    VTR_T_GATE,
    VTR_T_IRQ,
    VTR_T_FACTORY,
    VTR_T_SCHEDULER,
    VTR_T_ICU,
    VTR_T_VLOG,
    VTR_T_DEBUGGER,
    VTR_T_SEMAPHORE,
    VTR_T_DMA_SPACE,
    VTR_T_VM,
    VTR_T_THREAD_GROUP,
    VTR_T_COUNT
};

/* arg "why" of IPC_BLOCK and WAIT */
enum vtr_why {
    VTR_WHY_NONE,
    VTR_WHY_SEND,
    VTR_WHY_REPLY,
    VTR_WHY_RECEIVE,
    VTR_WHY_OPEN_WAIT,
    VTR_WHY_SLEEP,
    VTR_WHY_STOPPED,
    VTR_WHY_FAULT,
};

/* arg "reason" of END */
enum vtr_end {
    VTR_END_RESULT,
    VTR_END_IDLE,
    VTR_END_FAULT,
    VTR_END_DEADLOCK,
    VTR_END_LIMIT,
    VTR_END_PANIC,
    VTR_END_INTERRUPTED,
};

struct vtr_record {
    uint64_t time;
    uint32_t thread;
    uint16_t event;
    uint8_t cpu;
    uint8_t flags;
    uint64_t arg[6];
};
_Static_assert(sizeof(struct vtr_record) == 64, "trace record layout");

/*
 * The file: one header, then chunks of records. A chunk that is cut short or
 * whose checksum is wrong is reported and left out; what is whole is used.
 * Chunk headers are the index: by time, and by what is inside.
 */
#define VTR_MAGIC       0x3152545654524956ull /* "VIRTVTR1" */
#define VTR_CHUNK_MAGIC 0x4b4e4843u           /* "CHNK" */
enum { VTR_VERSION = 2 };

struct vtr_file_header {
    uint64_t magic;
    uint32_t version;     /* VTR_VERSION */
    uint32_t record_size; /* 64 */
    uint64_t ram_bytes;
    uint64_t seed;
    char target[16]; /* "sim", "riscv64", ... */
    char system[16]; /* short name of the system that ran */
};
_Static_assert(sizeof(struct vtr_file_header) == 64, "trace file header");

struct vtr_chunk {
    uint32_t magic;
    uint32_t codec; /* 0: raw records, 1: zstd */
    uint32_t records;
    uint32_t bytes; /* that follow this header */
    uint64_t first_time;
    uint32_t crc;   /* CRC-32C of the bytes that follow */
    uint32_t kinds; /* vtr_kind() of all records inside; 0: not told */
};
_Static_assert(sizeof(struct vtr_chunk) == 32, "trace chunk header");

/* The bit of an event in a chunk's `kinds`: events 32 apart share one. A
 * HANDOVER stands for records that have none of their own then. */
static inline uint32_t vtr_kind(unsigned event)
{
    return 1u << event % 32;
}

static inline uint32_t vtr_kinds_of(const struct vtr_record *records,
                                    unsigned count)
{
    uint32_t kinds = 0;

    for (unsigned i = 0; i < count; i++)
        kinds |= vtr_kind(records[i].event);
    return kinds;
}

#endif
