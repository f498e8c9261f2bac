/*
 * ACPI tables: what the machine consists of, as its firmware says.
 *
 *   RSDP -> XSDT or RSDT -> MADT   CPUs and interrupt controllers
 *                        -> FADT   the power-management timer
 *                                  -> DSDT   devices (as bytecode, AML)
 *
 * The tables are not trusted: each is looked at within its length, and its
 * checksum is taken. What they say goes into one struct.
 */
#ifndef ACPI_H
#define ACPI_H

#include "port.h"

enum {
    ACPI_CPUS = 16,
    ACPI_CHIPS = 4,
    ACPI_OVERRIDES = 16,
    ACPI_DEVICES = 32,
};

struct acpi_chip { /* I/O APIC */
    paddr_t base;
    unsigned first; /* line of its first pin */
};

struct acpi_override { /* an ISA interrupt that is wired otherwise */
    unsigned isa, line;
    bool level, low;
};

struct acpi_device {
    paddr_t base; /* registers: memory, or I/O ports */
    uint64_t size;
    bool ports;   /* base is a port */
    unsigned irq; /* as the device says: ISA number or line; ~0: none */
    bool isa;     /* irq is an ISA number */
};

struct acpi {
    paddr_t local_apic;
    bool has_8259; /* the old interrupt controllers, to be silenced */
    unsigned cpu_count, chip_count, override_count;
    uint8_t cpu[ACPI_CPUS]; /* numbers of local APICs */
    struct acpi_chip chip[ACPI_CHIPS];
    struct acpi_override override[ACPI_OVERRIDES];
    uint16_t pm_timer; /* its port, 0: none */
    bool pm_timer_32;  /* counts 32 bits, else 24 */
    paddr_t dsdt;
};

/* NULL and *ret, or what is wrong: a sentence. */
const char *acpi_read(paddr_t rsdp, struct acpi *ret);

/* The device number `index` (0..) of this hardware ID: false: there is none.
 * An EISA ID is written as ASL does ("PNP0501"), others are text. */
bool acpi_device(const struct acpi *a, const char *id, unsigned index,
                 struct acpi_device *ret);
/* The line of its interrupt, through the overrides. */
unsigned acpi_line(const struct acpi *a, const struct acpi_device *d);

#endif
