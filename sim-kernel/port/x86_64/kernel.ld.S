/*
 * The kernel's image: pages to execute, to read, to write, in this order.
 * It is linked for the upper half and loaded at the same offset from
 * KERNEL_LOAD. The note tells a boot loader where to start it (PVH).
 */
#include "layout.h"

OUTPUT_ARCH(i386:x86-64)
ENTRY(_start)

PHDRS
{
    text PT_LOAD FLAGS(5);
    rodata PT_LOAD FLAGS(4);
    note PT_NOTE FLAGS(4);
    data PT_LOAD FLAGS(6);
}

SECTIONS
{
    . = KERNEL_LOAD + KERNEL_OFFSET;
    kernel_start = .;
    .text : AT(ADDR(.text) - KERNEL_OFFSET)
    {
        *(.text.entry)
        *(.text .text.*)
    } :text
    . = ALIGN(4096);
    kernel_rodata = .;
    .note.pvh : AT(ADDR(.note.pvh) - KERNEL_OFFSET)
    {
        KEEP(*(.note.pvh))
    } :rodata :note
    .rodata : AT(ADDR(.rodata) - KERNEL_OFFSET)
    {
        *(.rodata .rodata.*)
    } :rodata
    . = ALIGN(4096);
    kernel_data = .;
    .data : AT(ADDR(.data) - KERNEL_OFFSET)
    {
        *(.data .data.*)
    } :data
    .bss : AT(ADDR(.bss) - KERNEL_OFFSET)
    {
        *(.bss .bss.* COMMON)
    } :data
    . = ALIGN(4096);
    kernel_end = .;
    /DISCARD/ : { *(.comment) *(.note.GNU*) *(.note.gnu*) *(.eh_frame*) }
}
