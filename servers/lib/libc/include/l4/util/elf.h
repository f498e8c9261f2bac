/*
 * ELF files by L4Re's name: the types are the C library's; here is what tells
 * whether a file is one for this machine.
 */
#ifndef L4_UTIL_ELF_H
#define L4_UTIL_ELF_H

#include <elf.h>
#include <link.h> /* ElfW() */
#include <string.h>

#if defined __x86_64__
enum { L4_ARCH_EM = EM_X86_64 };
#elif defined __aarch64__
enum { L4_ARCH_EM = EM_AARCH64 };
#else
enum { L4_ARCH_EM = EM_RISCV };
#endif

/* Does it begin as an ELF file does? */
static inline int l4util_elf_check_magic(ElfW(Ehdr) const *header)
{
    return !memcmp(header->e_ident, ELFMAG, SELFMAG);
}

/* Is it for this machine? */
static inline int l4util_elf_check_arch(ElfW(Ehdr) const *header)
{
    return header->e_ident[EI_CLASS] == ELFCLASS64 &&
           header->e_ident[EI_DATA] == ELFDATA2LSB &&
           header->e_machine == L4_ARCH_EM;
}

/* Its program headers. */
static inline ElfW(Phdr) * l4util_elf_phdr(ElfW(Ehdr) const *header)
{
    return (ElfW(Phdr) *)((char *)header + header->e_phoff);
}

#endif
