/*
 * Wishes a program has for its loader, kept in its ELF file: section
 * .rol4re_elf_aux is a list of {type, length, ...}.
 *
 *      L4RE_ELF_AUX_ELEM_T(l4re_elf_aux_mword_t, my_stack,
 *                          L4RE_ELF_AUX_T_STACK_SIZE, 0x100000);
 */
#ifndef L4_RE_ELF_AUX_H
#define L4_RE_ELF_AUX_H

#include <l4/sys/l4int.h>

enum {
    L4RE_ELF_AUX_T_NONE = 0,
    L4RE_ELF_AUX_T_VMA = 1,        /* keep this address range free */
    L4RE_ELF_AUX_T_STACK_SIZE = 2, /* of the main thread, bytes */
    L4RE_ELF_AUX_T_STACK_ADDR = 3,
    L4RE_ELF_AUX_T_KIP_ADDR = 4,
};

typedef struct l4re_elf_aux_t {
    l4_umword_t type;
    l4_umword_t length; /* of the whole entry, bytes */
} l4re_elf_aux_t;

typedef struct l4re_elf_aux_vma_t {
    l4_umword_t type, length;
    l4_umword_t start, end;
} l4re_elf_aux_vma_t;

typedef struct l4re_elf_aux_mword_t {
    l4_umword_t type, length;
    l4_umword_t value;
} l4re_elf_aux_mword_t;

#define L4RE_ELF_AUX_ELEM                                                      \
    static const __attribute__((used, section(".rol4re_elf_aux")))

#define L4RE_ELF_AUX_ELEM_T(type, id, tag, ...)                                \
    L4RE_ELF_AUX_ELEM type id = {tag, sizeof(type), __VA_ARGS__}

#endif
