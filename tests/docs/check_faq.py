# The messages that docs/faq.md explains are still printed by somebody.
import pathlib
import re
import sys

here = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(here))
from tap import done, fact  # noqa: E402

root = here.parent.parent
PLACES = ("sim-kernel", "servers", "tools")


def sources():
    for place in PLACES:
        for path in (root / place).rglob("*"):
            if path.suffix in (".c", ".h", ".sh", ".awk", ".py"):
                # Literals that go on in the next line are one text.
                yield re.sub(r'"\s*\n\s*"', "", path.read_text("utf-8"))


text = "\n".join(sources())
for message in re.findall(r"^## `([^`]*)`", (root / "docs/faq.md").read_text(
        "utf-8"), re.M):
    fact(message in text, "somebody prints: " + message)
sys.exit(done())
