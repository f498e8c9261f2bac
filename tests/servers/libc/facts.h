/* What test_libc.c and the place it runs in share. */
#ifndef FACTS_H
#define FACTS_H

/* Reports one fact as a TAP line. */
void fact(int holds, const char *name);

/* The facts that hold in one place only, by the file linked for it. */
void place_facts(int argc, char **argv);

#endif
