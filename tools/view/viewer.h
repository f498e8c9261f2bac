/* The viewer's files, as embed.py made them: text with a zero behind. */
#ifndef TOOLS_VIEWER_H
#define TOOLS_VIEWER_H

extern const char viewer_html[], viewer_css[], viewer_js[];

#endif
