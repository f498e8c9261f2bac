/*
 * Reports in words (see texts.h).
 */
#include "texts.h"
#include <l4/vitrine/trace_events.h>

const char *text_of_cause(enum trap_cause cause)
{
    static const char *const texts[] = {
        [CAUSE_PAGE_FAULT] = "page fault",
        [CAUSE_DIVIDE] = "division by zero or overflow",
        [CAUSE_ILLEGAL] = "illegal instruction",
        [CAUSE_BREAKPOINT] = "breakpoint",
        [CAUSE_ALIGNMENT] = "misaligned access",
        [CAUSE_FPU] = "floating-point exception",
        [CAUSE_BUS] = "access the machine refuses",
        [CAUSE_EX_REGS] = "exception asked for by ex_regs",
        [CAUSE_OTHER] = "exception",
        [CAUSE_STEP] = "single step",
    };
    bool known = cause < sizeof(texts) / sizeof(texts[0]);
    return known && texts[cause] ? texts[cause] : "exception";
}

const char *text_of_access(unsigned access)
{
    return access & RIGHT_X ? "execute" : access & RIGHT_W ? "write" : "read";
}

const char *text_of_why(unsigned why)
{
    static const char *const texts[] = {
        [VTR_WHY_NONE] = "nothing",
        [VTR_WHY_SEND] = "to send to",
        [VTR_WHY_REPLY] = "for the answer of",
        [VTR_WHY_RECEIVE] = "for a message of",
        [VTR_WHY_OPEN_WAIT] = "for anybody",
        [VTR_WHY_SLEEP] = "for ever (sleep)",
        [VTR_WHY_STOPPED] = "to be started",
        [VTR_WHY_FAULT] = "for its fault to be answered",
    };
    bool known = why < sizeof(texts) / sizeof(texts[0]);
    return known && texts[why] ? texts[why] : "something";
}
