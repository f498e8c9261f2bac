/*
 * The protocols of this lab.
 */
#ifndef PROTOCOL_H
#define PROTOCOL_H

/*
 * The vault keeps one number. LOOK gives it; CHANGE sets it to MR1, if the
 * capability has the right W, else -L4_EPERM. The vault sees that right in
 * bit 0 of the label.
 */
enum { VAULT_PROTOCOL = 0x501, VAULT_LOOK = 0, VAULT_CHANGE };

/*
 * The broker lends the vault to clients.
 *
 *   BORROW_READ    the answer brings a capability to the vault without W;
 *                  any number of clients may have one
 *   BORROW_WRITE   ... with W; -L4_EBUSY while another client has one
 *   RETURN         takes back what this client got, from the client and from
 *                  all it was passed on to, and from nobody else
 *
 * A client has one loan at a time: a second BORROW is -L4_EEXIST, a RETURN
 * without a loan -L4_ENOENT. Another operation is -L4_ENOSYS, another protocol
 * -L4_EBADPROTO.
 */
enum { BROKER_PROTOCOL = 0x502, BORROW_READ = 0, BORROW_WRITE, RETURN };

/*
 * The filter stands between the spy and the world: it passes the words of a
 * CHAT to the world and the words of the answer back, with their number and
 * label. It passes nothing else.
 */
enum { CHAT_PROTOCOL = 0x503 };

#endif
