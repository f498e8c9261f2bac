# What a page shows of a command's output, as a pattern of what it has to be:
# a line of `...` stands for any lines, `...` within a line for any text. The
# tour and the handouts of the labs are read with it.
import re


def pattern(wanted):
    """What the output has to match as a whole."""
    parts = []
    for line in wanted:
        if line == "...":
            parts.append(r"(?:[^\n]*\n)*")
        else:
            parts.append("[^\n]*".join(re.escape(x)
                                       for x in line.split("...")) + r"\n")
    return "".join(parts)
