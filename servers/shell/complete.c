/*
 * Completing a word (see complete.h).
 *
 * All candidates pass by once (`offer`), which keeps what they have in common,
 * and, if they have nothing, once more to be listed. A file server that does
 * not answer lets the key wait as it would a command.
 */
#include "complete.h"
#include "builtin.h"
#include "console.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 256 };

struct search {
    char folder[PATH_BYTES]; /* where files are looked for */
    const char *begin;       /* of the word, behind its folder */
    size_t begin_length;
    char *more;
    size_t size;
    unsigned found;
    bool lists;
};

static void offer(struct search *s, const char *name)
{
    if (strncmp(name, s->begin, s->begin_length))
        return;
    if (s->lists) {
        say("%s%s", s->found++ ? "  " : "", name);
        return;
    }
    const char *rest = name + s->begin_length;
    if (!s->found++) {
        snprintf(s->more, s->size, "%s", rest);
        return;
    }
    size_t same = 0;
    while (s->more[same] && s->more[same] == rest[same])
        same++;
    s->more[same] = 0;
}

static void offer_commands(struct search *s)
{
    const struct builtin *b;
    for (unsigned i = 0; (b = builtin_number(i)); i++)
        offer(s, b->name);
}

static void offer_files(struct search *s)
{
    DIR *d = opendir(s->folder);
    for (struct dirent *e; d && (e = readdir(d));)
        if (*e->d_name != '.' || *s->begin == '.')
            offer(s, e->d_name);
    if (d)
        closedir(d);
}

static bool is_folder(const struct search *s)
{
    char path[2 * PATH_BYTES];
    struct stat st;
    snprintf(path, sizeof path, "%s/%.*s%s", s->folder, (int)s->begin_length,
             s->begin, s->more);
    return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Is this word a command's name? */
static bool is_first(const char *text, unsigned word)
{
    while (word && text[word - 1] == ' ')
        word--;
    return !word || strchr("|;&", text[word - 1]);
}

bool complete(const char *text, unsigned at, char *ret_more, size_t size)
{
    struct search s = {.folder = "/", .more = ret_more, .size = size - 1};
    unsigned word = at;
    while (word && !strchr(" |;&<>", text[word - 1]))
        word--;
    for (s.begin = text + at; s.begin > text + word && s.begin[-1] != '/';)
        s.begin--;
    s.begin_length = (size_t)(text + at - s.begin);
    bool has_folder = s.begin > text + word;
    if (has_folder)
        snprintf(s.folder, sizeof s.folder, "%.*s",
                 (int)(s.begin - text) - (int)word, text + word);
    bool files = has_folder || !is_first(text, word);
    *ret_more = 0;
    (files ? offer_files : offer_commands)(&s);
    if (s.found == 1)
        strcat(ret_more, files && is_folder(&s) ? "/" : " ");
    if (s.found < 2 || *ret_more)
        return false;
    s.lists = true;
    s.found = 0;
    say("\n");
    (files ? offer_files : offer_commands)(&s);
    say("\n");
    return true;
}
