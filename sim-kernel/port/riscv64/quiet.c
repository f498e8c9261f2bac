/*
 * A smaller device tree for firmware.
 *
 *   QEMU's tree --quiet_tree()--> firmware's: no devices it has no driver for
 *        `-------------------------------------> main_boot(): the whole tree
 *
 * OpenSBI reads the tree from its start for each driver it has, some hundred
 * times; with all of QEMU's devices in it that is 10 million instructions.
 * From entry.S, in machine mode, before firmware: without translation, so
 * nothing here may be an absolute address (no table of pointers, no switch).
 *
 * I1  the copy is a whole tree, or there is none: what does not fit or is no
 *     tree goes to firmware as QEMU made it.
 *
 * Source: Devicetree Specification v0.4, chapter 5.
 */
#include "machine.h"
#include <string.h>

enum { ROOM = 16384, GROWS = 4096 }; /* GROWS: what firmware adds to it */
enum { HEADER_WORDS = 10, MAGIC = 0xd00dfeed };
enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3 };

/* Words of the header, as they are numbered there. */
enum { H_MAGIC, H_TOTAL, H_TREE, H_STRINGS, H_STRINGS_SIZE = 8, H_TREE_SIZE };

static const char not_for_firmware[][16] = {
    "virtio_mmio@", "pci@",          "flash@",  "fw-cfg@",
    "rtc@",         "platform-bus@", "cpu-map",
};

static uint32_t copy[ROOM / 4] __attribute__((aligned(8)));

/* The whole tree, for main_boot(); 0: firmware's is. */
paddr_t quiet_whole_tree;

/* From big endian, or to it. */
static uint32_t big(uint32_t w)
{
    return w >> 24 | (w >> 8 & 0xff00) | (w << 8 & 0xff0000) | w << 24;
}

static bool is_for_firmware(const char *name)
{
    for (unsigned i = 0; i < sizeof(not_for_firmware) / 16; i++)
        if (!memcmp(name, not_for_firmware[i], strlen(not_for_firmware[i])))
            return false;
    return true;
}

/* Words of the token at `t`, with what belongs to it. */
static uint32_t token_words(const uint32_t *t)
{
    uint32_t kind = big(*t);
    if (kind == PROPERTY)
        return 3 + (big(t[1]) + 3) / 4;
    return kind == BEGIN_NODE ? 1 + (strlen((const char *)(t + 1)) + 4) / 4 : 1;
}

/* The nodes for firmware from `from` to `to`, which has room for them. Returns
 * the words written; 0: a token has no end. */
static uint32_t copy_nodes(uint32_t *to, const uint32_t *from, uint32_t words)
{
    uint32_t written = 0, depth = 0; /* depth: in a node left out */
    for (uint32_t at = 0, n; at < words; at += n) {
        const uint32_t *t = from + at;
        n = token_words(t);
        if (n > words - at)
            return 0;
        bool begins = big(*t) == BEGIN_NODE;
        if (begins && (depth || !is_for_firmware((const char *)(t + 1))))
            depth++;
        if (!depth) {
            memcpy(to + written, t, n * 4);
            written += n;
        }
        if (depth && big(*t) == END_NODE)
            depth--;
    }
    return written;
}

/* From entry.S: the tree firmware is to have instead of `tree`. Keeps I1. */
const uint32_t *quiet_tree(const uint32_t *tree);
const uint32_t *quiet_tree(const uint32_t *tree)
{
    uint32_t at = big(tree[H_TREE]), size = big(tree[H_TREE_SIZE]);
    uint32_t strings = big(tree[H_STRINGS_SIZE]);
    if (big(tree[H_MAGIC]) != MAGIC || at < HEADER_WORDS * 4 || at % 4 ||
        at > ROOM || size > ROOM || strings > ROOM ||
        at + size + strings > ROOM - GROWS)
        return tree;
    memcpy(copy, tree, at);
    size = 4 * copy_nodes(copy + at / 4, tree + at / 4, size / 4);
    if (!size)
        return tree;
    memcpy((char *)copy + at + size, (const char *)tree + big(tree[H_STRINGS]),
           strings);
    copy[H_STRINGS] = big(at + size);
    copy[H_TREE_SIZE] = big(size);
    copy[H_TOTAL] = big(at + size + strings);
    quiet_whole_tree = (paddr_t)tree;
    return copy;
}
