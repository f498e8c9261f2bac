/*
 * What wild.c needs assembly for: one file per architecture.
 */
#ifndef WILD_H
#define WILD_H

/* Sets the stack pointer to `sp` and calls a function: comes back only if
 * it may use that stack, and then with its own again. */
void wild_stack(unsigned long sp);
void wild_undefined(void);  /* an instruction that there is not */
void wild_breakpoint(void); /* a debugger's trap where no debugger is */
void wild_divide(void);

#endif
