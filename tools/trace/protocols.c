/* The tables of protocols.h. */
#include "protocols.h"
#include "interfaces.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct word {
    long number;
    const char *text;
};

long tag_label(uint64_t tag)
{
    return (long)((int64_t)tag >> 16);
}

unsigned tag_words(uint64_t tag)
{
    return tag & 0x3f;
}

unsigned tag_items(uint64_t tag)
{
    return tag >> 6 & 0x3f;
}

static const char *look_up(const struct word *words, long number)
{
    for (; words->text; words++)
        if (words->number == number)
            return words->text;
    return NULL;
}

enum {
    PROTO_PAGE_FAULT = -2,
    PROTO_EXCEPTION = -5,
    PROTO_SIGMA0 = -6,
    PROTO_FACTORY = -15,
};

static const struct word protocols[] = {
    {0, "message"},
    {-1, "irq"},
    {-2, "page fault"},
    {-5, "exception"},
    {-6, "sigma0"},
    {-8, "i/o fault"},
    {-9, "thread group"},
    {-10, "kobject"},
    {-11, "task"},
    {-12, "thread"},
    {-13, "log"},
    {-14, "scheduler"},
    {-15, "factory"},
    {-16, "vm"},
    {-17, "dma space"},
    {-18, "irq sender"},
    {-20, "semaphore"},
    {-21, "meta"},
    {-22, "iommu"},
    {-23, "debugger"},
    {0x4000, "dataspace"},
    {0x4001, "names"},
    {0x4002, "parent"},
    {0x4003, "goos"},
    {0x4004, "mem_alloc"},
    {0x4005, "rm"},
    {0x4006, "event"},
    {0x4007, "inhibitor"},
    {0x4008, "dma space"},
    {0x4009, "mmio"},
    {0x4100, "object"},
    {0x400a, "itas"},
    {0x400b, "mem_alloc"},
    {0x400c, "remote"},
    {0, NULL},
};

/* What a factory is asked to create. */
static const struct word created[] = {
    {0, "gate"},
    {-9, "thread group"},
    {-11, "task"},
    {-12, "thread"},
    {-13, "log"},
    {-15, "factory"},
    {-16, "vm"},
    {-17, "dma space"},
    {-18, "irq"},
    {-20, "semaphore"},
    {-6, "sigma0 client"},
    {0x4000, "dataspace"},
    {0x4001, "name space"},
    {0x4005, "region map"},
    {0, NULL},
};

static const struct word task_ops[] = {
    {0, "map"}, {1, "unmap"}, {2, "cap info"}, {3, "add ku_mem"}, {0, NULL}};
static const struct word thread_ops[] = {
    {0, "control"},       {1, "ex_regs"},      {2, "switch"},
    {3, "stats"},         {4, "vcpu resume"},  {5, "register del irq"},
    {6, "modify sender"}, {7, "vcpu control"}, {0, NULL}};
static const struct word kobject_ops[] = {
    {0, "dec refcnt"}, {0x10, "bind"}, {0x11, "get info"}, {0, NULL}};
static const struct word irq_ops[] = {
    {0, "bind"},   {1, "unbind"}, {2, "info"},     {3, "msi info"},
    {4, "unmask"}, {5, "mask"},   {6, "set mode"}, {0, NULL}};
static const struct word irq_sender_ops[] = {
    {1, "detach"}, {2, "bind vcpu"}, {4, "eoi"}, {0, NULL}};
static const struct word log_ops[] = {
    {0, "write"}, {1, "read"}, {2, "set attr"}, {3, "get attr"}, {0, NULL}};
static const struct word scheduler_ops[] = {
    {0, "info"}, {1, "run thread"}, {2, "idle time"}, {0, NULL}};
static const struct word semaphore_ops[] = {{0, "down"}, {0, NULL}};
static const struct word debugger_ops[] = {
    {0x100, "set name"},    {0x101, "global id"},   {0x107, "add image"},
    {0x108, "get name"},    {0x600, "mark"},        {0x601, "report fault"},
    {0x602, "set result"},  {0x603, "end"},         {0x604, "host clock"},
    {0x605, "count fault"}, {0x606, "memory left"}, {0x609, "trace task"},
    {0x60a, "task time"},   {0x60b, "task hold"},   {0, NULL}};

/* sigma0's are ~0xff + number. */
static const struct word sigma0_ops[] = {{0x60, "map ram"},
                                         {0x70, "map iomem"},
                                         {0x80, "map iomem cached"},
                                         {0x90, "map any page"},
                                         {0xa0, "map kip"},
                                         {0xc0, "debug dump"},
                                         {0, NULL}};
/* Of the services: servers/lib/l4re_c/protocol.h. */
static const struct word dataspace_ops[] = {
    {0, "map"},      {1, "clear"},    {2, "info"},        {3, "copy in"},
    {4, "allocate"}, {5, "map info"}, {0x100, "address"}, {0, NULL}};
static const struct word rm_ops[] = {{0, "reserve"},     {1, "free area"},
                                     {2, "attach"},      {3, "detach"},
                                     {4, "find"},        {5, "get info"},
                                     {0x100, "limits"},  {0x101, "set task"},
                                     {0x102, "protect"}, {0x103, "map"},
                                     {0, NULL}};
static const struct word names_ops[] = {
    {0, "query"}, {1, "register"}, {0, NULL}};
static const struct word parent_ops[] = {{0, "signal"}, {0, NULL}};
static const struct word object_ops[] = {
    {0, "destroy"}, {1, "kernel factory"}, {2, "usage"}, {0, NULL}};

static const struct {
    long protocol;
    const struct word *ops;
} operations[] = {
    {0x4000, dataspace_ops}, {0x4001, names_ops},  {0x4002, parent_ops},
    {0x4005, rm_ops},        {0x4100, object_ops}, {-1, irq_ops},
    {-10, kobject_ops},      {-11, task_ops},      {-12, thread_ops},
    {-13, log_ops},          {-14, scheduler_ops}, {-18, irq_sender_ops},
    {-20, semaphore_ops},    {-23, debugger_ops},  {-17, task_ops},
};

static const char *operation(long protocol, uint64_t mr0)
{
    unsigned op = mr0 & 0xffff;

    if (protocol == PROTO_FACTORY)
        return look_up(created, (long)mr0);
    if (protocol == PROTO_SIGMA0)
        return look_up(sigma0_ops, mr0 & 0xff);
    for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++)
        if (operations[i].protocol == protocol)
            return look_up(operations[i].ops, op);
    return NULL;
}

static void fault_text(uint64_t mr0, char *to, size_t size)
{
    const char *access = mr0 & 4 ? "run" : mr0 & 2 ? "write" : "read";

    snprintf(to, size, "page fault: %s 0x%llx", access,
             (unsigned long long)(mr0 & ~7ull));
}

/* Text that is built up, cut where there is no more room. */
struct pen {
    char *to;
    size_t size, used;
};

static void put(struct pen *p, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(p->to + p->used, p->size - p->used, format, args);
    va_end(args);
    p->used += n < 0 ? 0 : (size_t)n;
    if (p->used >= p->size)
        p->used = p->size - 1;
}

/* As many of the `size` bytes as are in `room` words. */
static void put_text(struct pen *p, uint64_t size, const uint64_t *words,
                     unsigned room)
{
    const unsigned char *bytes = (const unsigned char *)words;
    size_t most = room * sizeof(*words);

    put(p, "\"");
    for (size_t i = 0; i < size && i < most; i++)
        put(p, "%c", isprint(bytes[i]) && bytes[i] != '"' ? bytes[i] : '.');
    put(p, size > most ? "...\"" : "\"");
}

/* The arguments that begin in the first `known` words; then "...". */
static void put_arguments(struct pen *p, const struct method *m,
                          const uint64_t *words, unsigned known)
{
    uint64_t at = 1; /* behind the number of the method */
    const char *comma = "";

    for (unsigned i = 0; i < m->arguments; i++) {
        enum argument_kind kind =
            i < METHOD_ARGUMENTS ? m->kind[i] : ARGUMENT_ITEM;
        if (kind == ARGUMENT_ITEM)
            continue;
        if (at >= known) {
            put(p, "%s...", comma);
            return;
        }
        uint64_t value = words[at++];
        put(p, "%s", comma);
        comma = ", ";
        if (kind == ARGUMENT_INT)
            put(p, "%lld", (long long)value);
        else if (kind == ARGUMENT_WORD)
            put(p, value < 4096 ? "%llu" : "0x%llx", (unsigned long long)value);
        else if (kind == ARGUMENT_TEXT)
            put_text(p, value, words + at, known - (unsigned)at);
        else
            put(p, "%llu bytes", (unsigned long long)value);
        if (kind == ARGUMENT_TEXT || kind == ARGUMENT_BYTES)
            at += value / 8 + (value % 8 != 0);
    }
}

/* "probe.subtract(7, 3)"; false: in no description. */
static bool method_text(uint64_t tag, const uint64_t *words, unsigned known,
                        char *to, size_t size)
{
    const struct method *m = interfaces_find(tag_label(tag), words[0]);
    struct pen pen = {to, size, 0};

    if (!m || !tag_words(tag))
        return false;
    if (known > tag_words(tag))
        known = tag_words(tag);
    put(&pen, "%s.%s(", m->interface, m->name);
    put_arguments(&pen, m, words, known);
    put(&pen, ")");
    return true;
}

const char *call_text(uint64_t tag, const uint64_t *words, unsigned known,
                      char *to, size_t size)
{
    if (!method_text(tag, words, known, to, size))
        request_text(tag, words[0], to, size);
    return to;
}

const char *request_text(uint64_t tag, uint64_t mr0, char *to, size_t size)
{
    long label = tag_label(tag);
    const char *protocol = look_up(protocols, label);
    const char *op = operation(label, mr0);

    if (method_text(tag, &mr0, 1, to, size))
        return to;
    if (label == PROTO_PAGE_FAULT)
        fault_text(mr0, to, size);
    else if (label == PROTO_FACTORY && op)
        snprintf(to, size, "create %s", op);
    else if (protocol && op && tag_words(tag))
        snprintf(to, size, "%s %s", protocol, op);
    else if (label == PROTO_EXCEPTION || (protocol && !tag_words(tag)))
        snprintf(to, size, "%s", protocol);
    else if (protocol)
        snprintf(to, size, mr0 < 4096 ? "%s(%llu)" : "%s(0x%llx)", protocol,
                 (unsigned long long)mr0);
    else if (tag_words(tag))
        snprintf(to, size, mr0 < 4096 ? "0x%lx(%llu)" : "0x%lx(0x%llx)",
                 label & 0xffffffff, (unsigned long long)mr0);
    else
        snprintf(to, size, "0x%lx()", label & 0xffffffff);
    return to;
}

const char *error_name(long code)
{
    static const struct word names[] = {{1, "EPERM"},
                                        {2, "ENOENT"},
                                        {5, "EIO"},
                                        {6, "ENXIO"},
                                        {7, "E2BIG"},
                                        {11, "EAGAIN"},
                                        {12, "ENOMEM"},
                                        {13, "EACCESS"},
                                        {14, "EFAULT"},
                                        {16, "EBUSY"},
                                        {17, "EEXIST"},
                                        {19, "ENODEV"},
                                        {20, "ENOTDIR"},
                                        {22, "EINVAL"},
                                        {28, "ENOSPC"},
                                        {34, "ERANGE"},
                                        {36, "ENAMETOOLONG"},
                                        {38, "ENOSYS"},
                                        {39, "EBADPROTO"},
                                        {99, "EADDRNOTAVAIL"},
                                        {1000, "ENOREPLY"},
                                        {1001, "EMSGTOOSHORT"},
                                        {1002, "EMSGTOOLONG"},
                                        {1003, "EMSGMISSARG"},
                                        {1004, "ERRRANGE"},
                                        {0, NULL}};

    return look_up(names, code);
}

const char *result_text(uint64_t tag, char *to, size_t size)
{
    long label = tag_label(tag);
    const char *error = label < 0 ? error_name(-label) : NULL;

    if (!label)
        snprintf(to, size, "ok");
    else if (error)
        snprintf(to, size, "-%s", error);
    else
        snprintf(to, size, "%ld", label);
    return to;
}

const char *ipc_error_text(uint64_t code, bool answer)
{
    static const struct word errors[] = {{2, "send timeout"},
                                         {3, "receive timeout"},
                                         {4, "no such object"},
                                         {5, "no such object"},
                                         {6, "send cancelled"},
                                         {7, "receive cancelled"},
                                         {8, "message cut"},
                                         {9, "message cut"},
                                         {0xe, "send aborted"},
                                         {0xf, "receive aborted"},
                                         {0x10, "map failed"},
                                         {0x11, "map failed"},
                                         {0x13, "no reply capability"},
                                         {0, NULL}};
    const char *text = look_up(errors, (long)(code & 0x1f));

    if (answer)
        return "nobody waits for the answer";
    return text ? text : "ipc error";
}

const char *rights_text(uint64_t rights, char to[16])
{
    static const char letters[] = "wsrdv";
    static const unsigned char order[] = {2, 0, 1, 3, 4};
    char *p = to;

    for (unsigned i = 0; i < sizeof(order); i++)
        if (rights >> order[i] & 1)
            *p++ = letters[order[i]];
    if (p == to)
        *p++ = '-';
    *p = 0;
    return to;
}
