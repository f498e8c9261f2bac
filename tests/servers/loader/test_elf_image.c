/*
 * ELF images: a good one is read, and every way to damage it has its text.
 */
#include "../../../servers/lib/loader/elf_image.h"
#include <criterion/criterion.h>
#include <l4/sys/consts.h>
#include <l4/sys/types.h>
#include <string.h>

#if defined(__x86_64__)
enum { OWN_MACHINE = EM_X86_64 };
#else
enum { OWN_MACHINE = EM_AARCH64 };
#endif

enum { FILE_SIZE = 0x3000, SEGMENTS = 2 };

static struct {
    Elf64_Ehdr h;
    Elf64_Phdr p[20];
} file;
static struct elf_image image;

static void make_good(void)
{
    memset(&file, 0, sizeof file);
    memcpy(file.h.e_ident, ELFMAG, SELFMAG);
    file.h.e_ident[EI_CLASS] = ELFCLASS64;
    file.h.e_ident[EI_DATA] = ELFDATA2LSB;
    file.h.e_type = ET_DYN;
    file.h.e_machine = OWN_MACHINE;
    file.h.e_entry = 0x100;
    file.h.e_phoff = offsetof(typeof(file), p);
    file.h.e_phentsize = sizeof(Elf64_Phdr);
    file.h.e_phnum = SEGMENTS;
    file.p[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_X,
                             .p_filesz = 0x1800,
                             .p_memsz = 0x1800};
    file.p[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                             .p_flags = PF_R | PF_W,
                             .p_offset = 0x2010,
                             .p_vaddr = 0x2010,
                             .p_filesz = 0x100,
                             .p_memsz = 0x5000};
}

static const char *read_seen(l4_size_t seen)
{
    return elf_image_read(&file, seen, FILE_SIZE, &image);
}

static void expect(const char *text)
{
    const char *got = read_seen(sizeof file);
    cr_expect(got && strstr(got, text), "\"%s\", not \"%s\"", got, text);
}

TestSuite(elf_image, .init = make_good);

Test(elf_image, a_good_file_is_read)
{
    cr_assert_null(read_seen(sizeof file));
    cr_expect(image.segment_count == 2);
    cr_expect(image.start == 0 && image.end == 0x8000);
    cr_expect(image.entry == 0x100);
    cr_expect(image.headers == file.h.e_phoff && image.header_count == 2);
    cr_expect(image.segment[0].rights == L4_FPAGE_RX);
    cr_expect(image.segment[1].rights == L4_FPAGE_RW);
    cr_expect(image.segment[1].start == 0x2000);
    cr_expect(image.segment[1].data == 0x2010);
    cr_expect(image.segment[1].data_end == 0x2110);
    cr_expect(image.segment[1].file_offset == 0x2010);
}

Test(elf_image, one_linked_to_an_address_is_known_by_its_type)
{
    const Elf64_Addr at = 0x3f00100000;
    cr_assert_null(read_seen(sizeof file));
    cr_expect_not(image.is_fixed);
    file.p[0].p_vaddr += at;
    file.p[1].p_vaddr += at;
    file.h.e_entry += at;
    expect("too large");
    file.h.e_type = ET_EXEC;
    cr_assert_null(read_seen(sizeof file));
    cr_expect(image.is_fixed);
    cr_expect(image.start == at && image.end == at + 0x8000);
}

Test(elf_image, the_first_thing_wrong_is_reported)
{
    file.h.e_ident[0] = 0;
    file.h.e_machine = EM_386;
    expect("not an ELF file");
    file.h.e_ident[0] = ELFMAG0;
    expect("another machine");
}

Test(elf_image, a_short_file_is_no_elf_file)
{
    cr_expect_str_eq(read_seen(sizeof(Elf64_Ehdr) - 1), "not an ELF file");
    cr_expect_str_eq(read_seen(0), "not an ELF file");
}

Test(elf_image, headers_behind_the_first_page_are_refused)
{
    cr_expect_not_null(
        strstr(read_seen(sizeof(Elf64_Ehdr)), "program headers"));
    file.h.e_phoff = ~0ul - 8;
    expect("program headers");
    file.h.e_phoff = 68;
    expect("program headers");
    make_good();
    file.h.e_phnum = 0;
    expect("no program headers");
    file.h.e_phnum = 0xffff;
    expect("program headers");
}

Test(elf_image, class_data_and_type_are_checked)
{
    file.h.e_ident[EI_CLASS] = ELFCLASS32;
    expect("64-bit");
    make_good();
    file.h.e_ident[EI_DATA] = ELFDATA2MSB;
    expect("little-endian");
    make_good();
    file.h.e_type = ET_REL;
    expect("not a program");
}

Test(elf_image, a_dynamic_program_is_refused)
{
    file.p[2].p_type = PT_INTERP;
    file.h.e_phnum = 3;
    expect("dynamic linker");
}

Test(elf_image, segments_outside_the_file_are_refused)
{
    file.p[1].p_offset = FILE_SIZE;
    expect("outside the file");
    file.p[1].p_offset = ~0ul;
    expect("outside the file");
    file.p[1].p_offset = 0x2f10;
    expect("outside the file");
    file.p[1].p_offset = 0x2f00;
    cr_expect_null(read_seen(sizeof file));
}

Test(elf_image, segments_have_sane_sizes)
{
    file.p[1].p_memsz = 0xff;
    expect("more in the file than in memory");
    file.p[1].p_memsz = 1ul << 40;
    expect("too large");
    make_good();
    file.p[1].p_vaddr = ~0ul - 0x1000;
    expect("too large");
}

Test(elf_image, segments_do_not_share_pages)
{
    file.p[1].p_vaddr = 0x1900;
    expect("overlaps");
    file.p[1].p_vaddr = 0;
    expect("overlaps");
}

Test(elf_image, nothing_is_both_writable_and_executable)
{
    file.p[0].p_flags |= PF_W;
    expect("writable and executable");
}

Test(elf_image, the_entry_is_code)
{
    file.h.e_entry = 0x2020;
    expect("entry is not code");
    file.h.e_entry = 0x100000;
    expect("entry outside");
}

Test(elf_image, too_many_segments_are_refused)
{
    file.h.e_phnum = 20;
    for (unsigned i = 0; i < 20; i++)
        file.p[i] = (Elf64_Phdr){.p_type = PT_LOAD,
                                 .p_flags = PF_R | PF_X,
                                 .p_vaddr = i * 0x1000,
                                 .p_memsz = 0x10};
    expect("too many segments");
}

Test(elf_image, a_file_without_segments_is_refused)
{
    file.p[0].p_type = file.p[1].p_type = PT_NOTE;
    expect("nothing to load");
}

/* Any single damaged byte: a text or an image inside its bounds, no crash. */
Test(elf_image, any_damaged_byte_is_survived)
{
    for (unsigned at = 0; at < sizeof file.h + 2 * sizeof(Elf64_Phdr); at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            make_good();
            ((unsigned char *)&file)[at] ^= (unsigned char)(1u << bit);
            if (read_seen(sizeof file))
                continue;
            for (unsigned n = 0; n < image.segment_count; n++) {
                struct elf_segment *s = &image.segment[n];
                cr_expect(s->start <= s->data && s->data_end <= s->end);
                cr_expect(s->file_offset + (s->data_end - s->data) <=
                          FILE_SIZE);
                cr_expect(s->start >= image.start && s->end <= image.end);
            }
        }
    }
}
