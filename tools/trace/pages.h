/*
 * What the trace's events become in other formats, as tables for the pages
 * in docs/formats: made from the one table of events, and from the code that
 * writes the format, so a page cannot tell of fields that are not there.
 */
#ifndef TOOLS_PAGES_H
#define TOOLS_PAGES_H

#include <stdbool.h>
#include <stdio.h>

/* The table of a format (NULL: the events themselves) in Markdown; false: it
 * has none of its own. */
bool page_print(const char *format, FILE *f);

/* Of CTF: each event's fields with their types. */
void ctf_page(FILE *f);
/* Of CSV and JSON lines: where an argument stands, and what it is called. */
void table_page(FILE *f);
/* Of SQLite: tables and views with their columns. */
void sqlite_page(FILE *f);

#endif
