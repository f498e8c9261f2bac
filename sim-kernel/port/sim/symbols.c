/*
 * Symbols: addresses of programs to functions and source lines, by libdw.
 *
 * images.c knows which image is where; the ELF file with debug information is
 * the host file the boot module came from. Nothing is opened before something
 * is to be reported, and nothing here changes what the system does.
 */
#include "images.h"
#include <elfutils/libdwfl.h>
#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

enum { FRAMES_MAX = 32, SCOPES_MAX = 16 };

struct place { /* a source line */
    const char *function, *file;
    int line;
};

static bool module_open(struct module *m)
{
    static const Dwfl_Callbacks callbacks = {
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
    };
    if (m->dwfl)
        return m->dwfl_module;
    m->dwfl = dwfl_begin(&callbacks);
    if (!m->dwfl)
        return false;
    dwfl_report_begin(m->dwfl);
    m->dwfl_module = dwfl_report_elf(m->dwfl, m->name, m->path, -1, 0, false);
    dwfl_report_end(m->dwfl, NULL, NULL);
    return m->dwfl_module;
}

/* The module of ip in a task and ip as a link-time address; NULL: none. */
static struct module *image_find(uint32_t task, uint64_t ip,
                                 uint64_t *ret_address)
{
    const struct image *best = image_below(task, ip);
    if (!best || !module_open(best->module))
        return NULL;
    GElf_Addr low, high;
    dwfl_module_info(best->module->dwfl_module, NULL, &low, &high, NULL, NULL,
                     NULL, NULL);
    *ret_address = ip - best->base + low;
    return *ret_address < high ? best->module : NULL;
}

/* Code that a student did not write: the interface and the C library. */
static bool place_is_library(const struct place *p)
{
    return !p->file || strstr(p->file, "include/l4/") ||
           strstr(p->file, "servers/lib/") || strstr(p->file, "extern/");
}

static bool place_of_line(struct module *m, uint64_t address,
                          struct place *ret_place)
{
    Dwfl_Line *l = dwfl_module_getsrc(m->dwfl_module, address);
    ret_place->function = dwfl_module_addrname(m->dwfl_module, address);
    ret_place->file =
        l ? dwfl_lineinfo(l, NULL, &ret_place->line, NULL, NULL, NULL) : NULL;
    return ret_place->file;
}

static int die_number(Dwarf_Die *die, unsigned attribute)
{
    Dwarf_Attribute a;
    Dwarf_Word value;
    return dwarf_formudata(dwarf_attr(die, attribute, &a), &value) ? 0
                                                                   : (int)value;
}

/* The function whose code scopes[i] is part of. */
static const char *scope_function(Dwarf_Die *scopes, int n, int i)
{
    for (; i < n; i++) {
        int tag = dwarf_tag(&scopes[i]);
        if (tag == DW_TAG_inlined_subroutine || tag == DW_TAG_subprogram)
            return dwarf_diename(&scopes[i]);
    }
    return NULL;
}

/* From an inlined call to the place of the call, while what is inlined is
 * library code. scopes: the innermost first, n of them. */
static void place_climb(Dwarf_Die *cu, Dwarf_Die *scopes, int n,
                        struct place *place)
{
    Dwarf_Files *files;
    size_t count;
    if (dwarf_getsrcfiles(cu, &files, &count))
        return;
    for (int i = 0; i < n && place_is_library(place); i++) {
        if (dwarf_tag(&scopes[i]) != DW_TAG_inlined_subroutine)
            continue;
        int file = die_number(&scopes[i], DW_AT_call_file);
        place->line = die_number(&scopes[i], DW_AT_call_line);
        place->file = dwarf_filesrc(files, (size_t)file, NULL, NULL);
        place->function = scope_function(scopes, n, i + 1);
    }
}

/* dwarf_getscopes() goes on at an inlined function's definition; where it is
 * called is told by the scopes around its innermost scope as a DIE. */
static void place_out_of_inlines(struct module *m, uint64_t address,
                                 struct place *place)
{
    Dwarf_Addr bias;
    Dwarf_Die *cu = dwfl_module_addrdie(m->dwfl_module, address, &bias);
    Dwarf_Die *at = NULL, *around = NULL;
    if (cu && dwarf_getscopes(cu, address - bias, &at) > 0) {
        int n = dwarf_getscopes_die(&at[0], &around);
        place_climb(cu, around, n, place);
    }
    free(around);
    free(at);
}

/* The path from the checkout's root on, where it lies in one. */
static const char *place_short(const char *file)
{
    static const char *const tops[] = {"/examples/", "/servers/",
                                       "/tests/",    "/tools/",
                                       "/labs/",     "/sim-kernel/"};
    for (unsigned i = 0; i < sizeof(tops) / sizeof(tops[0]); i++) {
        const char *at = strstr(file, tops[i]);
        if (at)
            return at + 1;
    }
    const char *slash = strrchr(file, '/');
    return slash ? slash + 1 : file;
}

static void place_print(const struct place *p, char *ret_text, size_t size)
{
    const char *name = p->function ? p->function : p->file ? "?" : "";
    int length = (int)strcspn(name, "."); /* main.cold is a part of main */
    if (p->file)
        snprintf(ret_text, size, "%.*s (%s:%d)", length, name,
                 place_short(p->file), p->line);
    else
        snprintf(ret_text, size, "%.*s", length, name);
}

void symbols_where(uint32_t task, uint64_t ip, char *ret_text, size_t size)
{
    struct place p = {0};
    uint64_t address;
    struct module *m = image_find(task, ip, &address);
    *ret_text = 0;
    if (m) {
        place_of_line(m, address, &p);
        place_print(&p, ret_text, size);
    }
}

/* One step up the frame-pointer chain; false: it ends. */
static bool frame_up(const struct port_space *s, uint64_t *fp, uint64_t *ip)
{
    const uint64_t *words = *fp % 8 ? NULL : machine_user(s, *fp, 16);
    if (!words || words[0] <= *fp)
        return false;
    *fp = words[0];
    *ip = words[1];
    return true;
}

void symbols_caller(uint32_t task, const struct port_frame *frame,
                    char *ret_text, size_t size)
{
    const struct port_space *s = core_task_space(task);
    uint64_t ip = port_frame_ip(frame), fp = frame->regs.SIM_FP;
    *ret_text = 0;
    for (int i = 0; i < FRAMES_MAX; i++) {
        struct place p = {0};
        uint64_t address;
        /* a return address names the call before it */
        struct module *m = image_find(task, ip - 1, &address);
        if (!m)
            break;
        place_of_line(m, address, &p);
        if (place_is_library(&p))
            place_out_of_inlines(m, address, &p);
        if (!place_is_library(&p) || !*ret_text)
            place_print(&p, ret_text, size);
        if (!place_is_library(&p) || !s || !frame_up(s, &fp, &ip))
            break;
    }
}
