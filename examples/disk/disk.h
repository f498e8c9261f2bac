/*
 * What the disk's driver and its clients say to each other.
 *
 * A request is a call with label DISK_PROTO; MR0 is the operation. Sectors
 * move through one buffer that both share: the disk itself writes there.
 *
 *      operation    arguments       answer (label: 0 or an L4 error)
 *      DISK_INFO    --              sectors, bytes of the buffer
 *      DISK_BUFFER  --              item: the buffer's dataspace
 *      DISK_READ    sector, count   buffer = count sectors
 *      DISK_WRITE   sector, count   sectors = buffer
 *
 * Errors: -L4_EIO (a sector the disk does not have), -L4_EINVAL (more than
 * fits into the buffer, or nothing), -L4_EPERM (the disk is read only).
 */
#ifndef DISK_H
#define DISK_H

enum { DISK_PROTO = 0x100, DISK_SECTOR = 512 };
enum { DISK_INFO, DISK_BUFFER, DISK_READ, DISK_WRITE };

#endif
