/*
 * The colours of all diagrams, so that a task looks alike in each: soft
 * fills with a darker line of the same hue. The last is grey, for the
 * kernel.
 */
#ifndef TOOLS_PALETTE_H
#define TOOLS_PALETTE_H

enum { PALETTE_KERNEL = 7, PALETTE_SIZE };

static const struct {
    const char *fill, *line;
} palette[PALETTE_SIZE] = {
    {"#dbe9f6", "#3b6ea5"}, {"#e3f1dc", "#5a8f3d"}, {"#fbe8d3", "#b9741f"},
    {"#ece2f3", "#7a559e"}, {"#f9dfe2", "#b34a57"}, {"#d9f0ee", "#2f8a82"},
    {"#f6f0cc", "#97861a"}, {"#e6e6e6", "#6a6a6a"},
};

#endif
