/*
 * Reading ACPI tables (see acpi.h).
 *
 * Simplified: bytecode is not run. A device is found by the bytes that every
 * compiler makes of `Device (...) { Name (_HID, ...) ... Name (_CRS,
 * ResourceTemplate () {...}) }`; one whose resources are a method is not seen,
 * nor are those of secondary tables (SSDT).
 * Source: Advanced Configuration and Power Interface Specification 6.4:
 * 5.2 (tables), 6.4 (resources), 20.2 (bytecode).
 */
#include "acpi.h"
#include <string.h>

enum {
    HEADER = 36, /* of each table; its length stands at 4 */
    TABLE_MAX = 1 << 20,
    MADT_LOCAL = 0,
    MADT_CHIP = 1,
    MADT_OVERRIDE = 2,
    MADT_ADDRESS = 5,
    MADT_ENABLED = 1,
    FADT_TIMER_32 = 1 << 8,
};
enum {
    AML_NAME = 0x08,
    AML_BYTE = 0x0a,
    AML_WORD = 0x0b,
    AML_DWORD = 0x0c,
    AML_STRING = 0x0d,
    AML_BUFFER = 0x11,
    AML_EXTENDED = 0x5b,
    AML_DEVICE = 0x82,
};
enum {
    RESOURCE_IRQ = 0x20,
    RESOURCE_IO = 0x40,
    RESOURCE_IO_FIXED = 0x48,
    RESOURCE_END = 0x78,
    RESOURCE_SMALL = 0x78, /* bits of the type */
    RESOURCE_LARGE = 0x80,
    RESOURCE_MEMORY_32 = 0x86,
    RESOURCE_IRQ_LONG = 0x89,
};

/* --- numbers, not aligned --------------------------------------------- */

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static bool sums_to_zero(const uint8_t *at, size_t size)
{
    uint8_t sum = 0;
    while (size--)
        sum = (uint8_t)(sum + *at++);
    return !sum;
}

/* --- tables --------------------------------------------------------------- */

/* The table at `pa` if it is whole and has this name (NULL: any). */
static const uint8_t *table_at(paddr_t pa, const char *name, uint32_t *ret_size)
{
    const uint8_t *t = port_phys_to_virt(pa);
    if (!pa || (name && memcmp(t, name, 4)))
        return NULL;
    *ret_size = get32(t + 4);
    if (*ret_size < HEADER || *ret_size > TABLE_MAX ||
        !sums_to_zero(t, *ret_size))
        return NULL;
    return t;
}

static const uint8_t *table_find(const uint8_t *root, uint32_t root_size,
                                 unsigned width, const char *name,
                                 uint32_t *ret_size)
{
    for (uint32_t at = HEADER; at + width <= root_size; at += width) {
        paddr_t pa = width == 8 ? get64(root + at) : get32(root + at);
        const uint8_t *t = table_at(pa, name, ret_size);
        if (t)
            return t;
    }
    return NULL;
}

static void madt_entry(struct acpi *a, const uint8_t *e, uint8_t size)
{
    switch (e[0]) {
    case MADT_LOCAL:
        if (size >= 8 && get32(e + 4) & MADT_ENABLED &&
            a->cpu_count < ACPI_CPUS)
            a->cpu[a->cpu_count++] = e[3];
        break;
    case MADT_CHIP:
        if (size >= 12 && a->chip_count < ACPI_CHIPS)
            a->chip[a->chip_count++] =
                (struct acpi_chip){get32(e + 4), get32(e + 8)};
        break;
    case MADT_OVERRIDE:
        if (size >= 10 && a->override_count < ACPI_OVERRIDES)
            a->override[a->override_count++] = (struct acpi_override){
                .isa = e[3],
                .line = get32(e + 4),
                .level = (get16(e + 8) >> 2 & 3) == 3,
                .low = (get16(e + 8) & 3) == 3,
            };
        break;
    case MADT_ADDRESS:
        if (size >= 12)
            a->local_apic = get64(e + 4);
        break;
    }
}

static void madt_read(struct acpi *a, const uint8_t *t, uint32_t size)
{
    a->local_apic = get32(t + 36);
    a->has_8259 = t[40] & 1;
    for (uint32_t at = 44; at + 2 <= size; at += t[at + 1]) {
        if (t[at + 1] < 2 || at + t[at + 1] > size)
            return;
        madt_entry(a, t + at, t[at + 1]);
    }
}

static void fadt_read(struct acpi *a, const uint8_t *t, uint32_t size)
{
    if (size < 116)
        return;
    a->dsdt = get32(t + 40);
    if (size >= 148 && get64(t + 140))
        a->dsdt = get64(t + 140);
    if (t[91] == 4) /* length of the timer's block */
        a->pm_timer = get16(t + 76);
    a->pm_timer_32 = get32(t + 112) & FADT_TIMER_32;
}

const char *acpi_read(paddr_t rsdp, struct acpi *ret)
{
    const uint8_t *p = port_phys_to_virt(rsdp), *root = NULL, *t;
    uint32_t root_size, size;
    unsigned width = 8;
    memset(ret, 0, sizeof(*ret));
    if (!rsdp || memcmp(p, "RSD PTR ", 8) || !sums_to_zero(p, 20))
        return "the firmware hands over no ACPI tables";
    if (p[15] >= 2)
        root = table_at(get64(p + 24), "XSDT", &root_size);
    if (!root) {
        width = 4;
        root = table_at(get32(p + 16), "RSDT", &root_size);
    }
    if (!root)
        return "the ACPI tables have no root";
    t = table_find(root, root_size, width, "APIC", &size);
    if (!t || size < 44)
        return "the ACPI tables have no interrupt controller (MADT)";
    madt_read(ret, t, size);
    if (!ret->chip_count || !ret->cpu_count)
        return "the ACPI tables name no I/O APIC, or no CPU";
    t = table_find(root, root_size, width, "FACP", &size);
    if (t)
        fadt_read(ret, t, size);
    return NULL;
}

/* --- devices ---------------------------------------------------------- */

/* A piece of bytecode, [at, end). */
struct aml {
    const uint8_t *at, *end;
};

/* What a package length at `at` spans: itself and what follows; false: more
 * than there is. *ret_inside begins behind the length. */
static bool aml_package(struct aml a, struct aml *ret_inside)
{
    if (a.at >= a.end)
        return false;
    unsigned more = a.at[0] >> 6;
    uint32_t size = a.at[0] & (more ? 0x0f : 0x3f);
    if (a.end - a.at <= (int)more)
        return false;
    for (unsigned i = 0; i < more; i++)
        size |= (uint32_t)a.at[1 + i] << (4 + 8 * i);
    if (size <= more || size > (size_t)(a.end - a.at))
        return false;
    *ret_inside = (struct aml){a.at + 1 + more, a.at + size};
    return true;
}

/* The next device at or behind a->at, which moves behind its beginning. What
 * is in devices within it is not its own. */
static bool aml_next_device(struct aml *a, struct aml *ret_inside)
{
    for (; a->end - a->at > 2; a->at++) {
        struct aml rest = {a->at + 2, a->end};
        if (a->at[0] != AML_EXTENDED || a->at[1] != AML_DEVICE ||
            !aml_package(rest, ret_inside))
            continue;
        a->at += 2;
        for (const uint8_t *p = ret_inside->at; p + 1 < ret_inside->end; p++)
            if (p[0] == AML_EXTENDED && p[1] == AML_DEVICE)
                ret_inside->end = p;
        return true;
    }
    return false;
}

/* What stands behind Name (name, ...). */
static bool aml_named(struct aml a, const char *name, struct aml *ret)
{
    for (; a.end - a.at > 5; a.at++)
        if (a.at[0] == AML_NAME && !memcmp(a.at + 1, name, 4)) {
            *ret = (struct aml){a.at + 5, a.end};
            return true;
        }
    return false;
}

static unsigned hex_digit(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c & 0x5f) - 'A' + 10);
}

/* "PNP0501" as the number that bytecode has. */
static uint32_t eisa_id(const char *id)
{
    uint32_t name = (uint32_t)(id[0] & 0x1f) << 10 |
                    (uint32_t)(id[1] & 0x1f) << 5 | (uint32_t)(id[2] & 0x1f);
    uint32_t high = hex_digit(id[3]) << 4 | hex_digit(id[4]);
    uint32_t low = hex_digit(id[5]) << 4 | hex_digit(id[6]);
    return name >> 8 | (name & 0xff) << 8 | high << 16 | low << 24;
}

static bool aml_is_id(struct aml a, const char *id)
{
    size_t size = strlen(id) + 1;
    if ((size_t)(a.end - a.at) < 1 + size)
        return false;
    if (a.at[0] == AML_STRING)
        return !memcmp(a.at + 1, id, size);
    return a.at[0] == AML_DWORD && size == 8 && get32(a.at + 1) == eisa_id(id);
}

/* The bytes of a buffer: Buffer (size) {bytes}. */
static bool aml_buffer(struct aml a, struct aml *ret)
{
    if (a.at >= a.end || *a.at != AML_BUFFER)
        return false;
    a.at++;
    if (!aml_package(a, ret) || ret->at >= ret->end)
        return false;
    unsigned skip = *ret->at == AML_BYTE    ? 2
                    : *ret->at == AML_WORD  ? 3
                    : *ret->at == AML_DWORD ? 5
                                            : 1;
    if (ret->end - ret->at < (int)skip)
        return false;
    ret->at += skip;
    return true;
}

static void resource_small(const uint8_t *r, unsigned size,
                           struct acpi_device *ret)
{
    switch (r[0] & RESOURCE_SMALL) {
    case RESOURCE_IRQ:
        if (size >= 3 && get16(r + 1)) {
            ret->irq = (unsigned)__builtin_ctz(get16(r + 1));
            ret->isa = true;
        }
        break;
    case RESOURCE_IO:
        if (size >= 8) {
            ret->base = get16(r + 2);
            ret->size = r[7];
            ret->ports = true;
        }
        break;
    case RESOURCE_IO_FIXED:
        if (size >= 4) {
            ret->base = get16(r + 1);
            ret->size = r[3];
            ret->ports = true;
        }
        break;
    }
}

static void resource_large(const uint8_t *r, unsigned size,
                           struct acpi_device *ret)
{
    if (r[0] == RESOURCE_MEMORY_32 && size >= 12) {
        ret->base = get32(r + 4);
        ret->size = get32(r + 8);
        ret->ports = false;
    } else if (r[0] == RESOURCE_IRQ_LONG && size >= 9 && r[4]) {
        ret->irq = get32(r + 5);
        ret->isa = false;
    }
}

static void resources_read(struct aml a, struct acpi_device *ret)
{
    *ret = (struct acpi_device){.irq = ~0u};
    while (a.end - a.at >= 3) {
        bool large = *a.at & RESOURCE_LARGE;
        size_t size = large ? 3u + get16(a.at + 1) : 1u + (*a.at & 7);
        if (size > (size_t)(a.end - a.at))
            return;
        if (large)
            resource_large(a.at, (unsigned)size, ret);
        else
            resource_small(a.at, (unsigned)size, ret);
        a.at += size;
    }
}

bool acpi_device(const struct acpi *a, const char *id, unsigned index,
                 struct acpi_device *ret)
{
    uint32_t size;
    const uint8_t *t = table_at(a->dsdt, "DSDT", &size);
    if (!t)
        return false;
    struct aml code = {t + HEADER, t + size}, device, value, bytes;
    while (aml_next_device(&code, &device)) {
        if (!aml_named(device, "_HID", &value) || !aml_is_id(value, id) ||
            !aml_named(device, "_CRS", &value) || !aml_buffer(value, &bytes))
            continue;
        if (index--)
            continue;
        resources_read(bytes, ret);
        return true;
    }
    return false;
}

unsigned acpi_line(const struct acpi *a, const struct acpi_device *d)
{
    for (unsigned i = 0; d->isa && i < a->override_count; i++)
        if (a->override[i].isa == d->irq)
            return a->override[i].line;
    return d->irq;
}
