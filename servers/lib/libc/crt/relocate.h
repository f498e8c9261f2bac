/*
 * A static PIE corrects its own pointers: nobody else does.
 *
 * The linker leaves a table of "this word holds an address: add where you
 * were loaded". It is walked before anything that uses such a word, so this
 * code itself must need none: it reaches its data relative to the program
 * counter only (PIE, hidden symbols, no switch tables, no pointers in
 * initialisers).
 *
 * Used by start.c and start_minimal.c, each once, first. Source: System V ABI
 * (dynamic section, DT_RELA) and its processor supplements.
 */
#ifndef CRT_RELOCATE_H
#define CRT_RELOCATE_H

#include <elf.h>

#define CRT_HIDDEN __attribute__((visibility("hidden")))

#if defined(__x86_64__)
#define CRT_RELATIVE R_X86_64_RELATIVE
#elif defined(__aarch64__)
#define CRT_RELATIVE R_AARCH64_RELATIVE
#elif defined(__riscv)
#define CRT_RELATIVE R_RISCV_RELATIVE
#define CRT_ABSOLUTE R_RISCV_64 /* its linker leaves some by symbol */
#endif

/* Both by the linker: the image's first byte, and its dynamic section. */
extern const Elf64_Ehdr __ehdr_start CRT_HIDDEN;
extern const Elf64_Dyn _DYNAMIC[] CRT_HIDDEN;

/* What a word becomes by relocation r of the image at base. */
static inline Elf64_Addr crt_value(const Elf64_Rela *r, Elf64_Addr base,
                                   const Elf64_Sym *symbols)
{
    (void)symbols;
#ifdef CRT_ABSOLUTE
    if (ELF64_R_TYPE(r->r_info) == CRT_ABSOLUTE)
        return base + symbols[ELF64_R_SYM(r->r_info)].st_value + r->r_addend;
#endif
    if (ELF64_R_TYPE(r->r_info) != CRT_RELATIVE)
        __builtin_trap();
    return base + r->r_addend;
}

static inline void crt_relocate(void)
{
    Elf64_Addr base = (Elf64_Addr)&__ehdr_start;
    const Elf64_Rela *table = 0;
    const Elf64_Sym *symbols = 0;
    Elf64_Xword bytes = 0;

    for (const Elf64_Dyn *d = _DYNAMIC; d->d_tag != DT_NULL; d++) {
        if (d->d_tag == DT_RELA)
            table = (const Elf64_Rela *)(base + d->d_un.d_ptr);
        if (d->d_tag == DT_SYMTAB)
            symbols = (const Elf64_Sym *)(base + d->d_un.d_ptr);
        if (d->d_tag == DT_RELASZ)
            bytes = d->d_un.d_val;
    }
    /* Type 0 is nothing, on all machines: room that a linker did not need. */
    for (const Elf64_Rela *r = table; bytes; r++, bytes -= sizeof *r)
        if (ELF64_R_TYPE(r->r_info))
            *(Elf64_Addr *)(base + r->r_offset) = crt_value(r, base, symbols);
}

#endif
