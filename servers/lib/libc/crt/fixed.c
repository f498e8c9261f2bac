/*
 * A program that is linked to a fixed address has nothing to relocate, and no
 * dynamic section: this empty one stands in for what the linker makes for
 * others (relocate.h).
 */
#include <elf.h>

extern const Elf64_Dyn _DYNAMIC[];
const Elf64_Dyn _DYNAMIC[] = {{.d_tag = DT_NULL}};
