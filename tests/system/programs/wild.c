/*
 * A program gone wild: from a seed, a row of accesses, jumps and system calls
 * that mostly mean nothing.
 *
 *      rom/sys-wild SEED [DEEDS]
 *
 * Whatever it does may end this program, by a fault or by its exit, and must
 * not be felt by anybody else. Same seed, same deeds.
 *
 * Addresses are picked where there is something to break: own text, data and
 * stack; other programs' slots; RAM 1:1; the UTCB areas; where a Linux
 * process (the simulator) has its code, heap, libraries and stack; the edges
 * of the address space; a few bytes before the end of a page.
 */
#include "wild.h"
#include <l4/re/env.h>
#include <l4/sys/ipc.h>
#include <alloca.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { DEEDS = 100, SLOT_SHIFT = 28, SLOTS = 300 };

static uint64_t state;
static unsigned char playground[3 * 4096];

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t any(void)
{
    uint64_t z = state += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

static uint64_t below(uint64_t n)
{
    return any() % n;
}

/* --- addresses ---------------------------------------------------------- */

static uint64_t in_slot(uint64_t slot)
{
    static const uint64_t parts[] = {0,         0x100000,  0x130000,
                                     0x1000000, 0xfdf0000, 0xff00000};
    uint64_t part = parts[below(sizeof(parts) / sizeof(parts[0]))];
    return 0x1100000000 + (slot << SLOT_SHIFT) + part + below(0x20000);
}

static uint64_t somewhere(void)
{
    switch (below(12)) {
    case 0:
        return (uint64_t)(uintptr_t)in_slot + below(0x10000) - 0x8000;
    case 1:
        return (uint64_t)(uintptr_t)playground + below(sizeof(playground));
    case 2:
        return (uint64_t)(uintptr_t)__builtin_frame_address(0) +
               below(0x20000) - 0x10000;
    case 3:
    case 4:
        return in_slot(below(SLOTS));
    case 5:
        return 0x1000000000 + below(0x4100000); /* RAM 1:1 */
    case 6:
        return 0x8ffff00000 + below(0x200000); /* UTCBs, and past the end */
    case 7:
        return below(0x20000); /* null and near */
    case 8:
        return (below(2) ? 0x550000000000 : 0x7e0000000000) +
               below(0x20000000000);
    case 9:
        return 0x7fffffff0000 + below(0x20000); /* the last canonical page */
    case 10:
        return ~below(0x10000);
    default:
        return any();
    }
}

/* --- deeds -------------------------------------------------------------- */

static void *edge(uint64_t address)
{
    return (void *)(uintptr_t)(below(4) ? address
                                        : (address | 0xfff) - below(9));
}

static void load(void *at)
{
    switch (below(5)) {
    case 0:
        (void)*(volatile uint8_t *)at;
        break;
    case 1:
        (void)*(volatile uint16_t *)at;
        break;
    case 2:
        (void)*(volatile uint32_t *)at;
        break;
    case 3:
        (void)*(volatile uint64_t *)at;
        break;
    default:
        memcpy(playground, at, below(6000));
        break;
    }
}

static void store(void *at)
{
    switch (below(5)) {
    case 0:
        *(volatile uint8_t *)at = (uint8_t)any();
        break;
    case 1:
        *(volatile uint16_t *)at = (uint16_t)any();
        break;
    case 2:
        *(volatile uint32_t *)at = (uint32_t)any();
        break;
    case 3:
        *(volatile uint64_t *)at = any();
        break;
    default:
        memset(at, (int)any(), below(6000));
        break;
    }
}

/* Where the simulator's own process may have something mapped. The host runs
 * or pushes there before the next check can see it (docs/caveats.md), so
 * jumps and stack pointers keep out; checked accesses do not. */
static int is_hosts(uint64_t address)
{
    return address >> 41 == 0x550000000000 >> 41 ||
           address >> 41 == 0x7e0000000000 >> 41;
}

static void jump(void)
{
    uint64_t to = somewhere();
    if (!is_hosts(to))
        ((void (*)(void))(uintptr_t)to)();
}

/* By assembly the stack pointer goes anywhere at once, and what is pushed
 * before the next check is written wherever the host has something mapped
 * (docs/caveats.md): not into other programs' memory, then. */
static void move_stack(void)
{
    uint64_t to = somewhere();
    if (!is_hosts(to) && (to >> 36 == 0 || to >> 36 > 9))
        wild_stack(to & ~15ul);
}

/* Small, an address, or anything. */
static uint64_t word(void)
{
    return below(3) ? below(64) : below(2) ? somewhere() : any();
}

/* Any invocation, with any message; nothing waits for long. */
static void system_call(void)
{
    static const long labels[] = {0,   -1,  -2,  -5,  -6,  -10, -11,    -13,
                                  -14, -15, -16, -19, -20, -21, 0x4000, 0x4100};
    uint64_t *m = l4_utcb_mr()->mr, *b = (uint64_t *)l4_utcb_br();
    for (unsigned i = 0; i < 8; i++) {
        m[i] = word();
        b[i] = word();
    }
    uint64_t cap = below(4) ? below(32) << 12 : any();
    long label = below(4) ? labels[below(sizeof(labels) / sizeof(labels[0]))]
                          : (long)any();
    unsigned words = (unsigned)below(below(4) ? 8 : 64);
    unsigned items = (unsigned)below(below(4) ? 2 : 64);
    l4_umword_t from;
    l4_ipc(cap & ~0xfffull, l4_utcb(), below(16), 0,
           l4_msgtag(label, words, items, (unsigned)any() & 0xf000), &from,
           l4_timeout(l4_timeout_rel(1, 8), l4_timeout_rel(1, 8)));
}

/* A C program moves it by large arrays: anywhere below, or wrapping round. */
__attribute__((noinline)) static void grow_stack(void)
{
    uint64_t here = (uint64_t)(uintptr_t)__builtin_frame_address(0);
    volatile char *array = alloca(here - somewhere());
    system_call(); /* pushes, before the array is touched */
    array[0] = (char)below(256);
}

/* courage: of twenty deeds, how many are not system calls, which a program
 * survives more often. */
static void deed(unsigned courage)
{
    uint64_t what = below(100);
    if (below(20) >= courage)
        system_call();
    else if (what < 30)
        load(edge(somewhere()));
    else if (what < 55)
        store(edge(somewhere()));
    else if (what < 90)
        system_call();
    else if (what < 94)
        jump();
    else if (what < 96)
        move_stack();
    else if (what < 98)
        grow_stack();
    else if (what == 98)
        wild_undefined();
    else if (below(2))
        wild_breakpoint();
    else
        wild_divide();
}

int main(int argc, char **argv)
{
    static const unsigned courages[] = {20, 3, 1, 0};
    state = argc > 1 ? strtoull(argv[1], NULL, 0) : 0;
    unsigned long deeds = argc > 2 ? strtoul(argv[2], NULL, 0) : DEEDS;
    unsigned courage = courages[below(4)];
    while (deeds--)
        deed(courage);
    return 0;
}
