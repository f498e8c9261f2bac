/*
 * The kernel's image: pages to execute, to read, to write, in this order.
 * It is linked for the upper half and loaded at the same offset from
 * KERNEL_LOAD; the boot loader starts it at its first byte.
 */
#include "layout.h"

OUTPUT_ARCH(aarch64)
ENTRY(_start)

PHDRS
{
    text PT_LOAD FLAGS(5);
    rodata PT_LOAD FLAGS(4);
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
    .rodata : AT(ADDR(.rodata) - KERNEL_OFFSET)
    {
        *(.rodata .rodata.* .srodata .srodata.*)
    } :rodata
    . = ALIGN(4096);
    kernel_data = .;
    .data : AT(ADDR(.data) - KERNEL_OFFSET)
    {
        *(.data .data.* .sdata .sdata.*)
    } :data
    .bss : AT(ADDR(.bss) - KERNEL_OFFSET)
    {
        *(.sbss .sbss.* .bss .bss.* COMMON)
    } :data
    . = ALIGN(4096);
    kernel_end = .;
    kernel_size = kernel_end - kernel_start;
    /DISCARD/ : { *(.comment) *(.note*) *(.eh_frame*) }
}
