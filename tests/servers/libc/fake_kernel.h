/* What the fake kernel saw; see fake_kernel.c. */
#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

extern unsigned long fake_accesses, fake_steps, fake_messages;

/* Everything written to the console so far. */
extern char fake_console[4096];
extern unsigned long fake_console_used;

#endif
