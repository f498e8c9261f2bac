/*
 * The protocols of this lab. MR0 is the operation, MR1 a name (its first
 * eight letters) or number; the answer's label is 0 or an error.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include <l4/sys/types.h>
#include <string.h>

/*
 * The file server. Every client has a session of its own: names are its own,
 * and it may have as many files as its quota says. A file has 1 to FILE_WORDS
 * words.
 *
 *   PUT     MR2... the words: the file has them from now on, new or not.
 *           -L4_EINVAL if there are none or too many, -L4_ENOMEM if it is a
 *           new file and the quota is used up (or the disk)
 *   GET     gives the words; -L4_ENOENT if there is no such file
 *   DELETE  -L4_ENOENT if there is no such file
 *
 * What was answered with 0 stays, whatever happens to the power. What was not
 * answered has happened, or has not; nothing in between. If the disk fails,
 * the answer is the disk's.
 *
 * Another operation is -L4_ENOSYS, another protocol -L4_EBADPROTO.
 */
enum { FILES_PROTOCOL = 0x801, PUT = 0, GET, DELETE, FILE_WORDS = 32 };

static inline l4_umword_t name_word(const char *name)
{
    l4_umword_t word = 0;
    memcpy(&word, name, strnlen(name, sizeof word));
    return word;
}

/*
 * The disk: DISK_BLOCKS blocks of BLOCK_WORDS words; at first all zero.
 *
 *   READ   MR1 a block; gives its words
 *   WRITE  MR1 a block, MR2... its words. On the disk when answered
 *
 * -L4_EIO once the power is cut.
 */
enum {
    DISK_PROTOCOL = 0x802,
    READ = 0,
    WRITE,
    DISK_BLOCKS = 64,
    BLOCK_WORDS = 32,
};

/*
 * The switch, another gate to the disk.
 *
 *   CUT   all blocks are zero; the power is cut at the MR1'th write from now
 *         on (0: never): that one is not done, or with MR2 = 1 half done,
 *         every second word
 *   ON    there is power again
 *
 * TOLD is for the tests: MR0 a name, MR1 the first word, or 0 if the words do
 * not belong together.
 */
enum { POWER_PROTOCOL = 0x803, CUT = 0, ON, TOLD_PROTOCOL = 0x804 };

#endif
