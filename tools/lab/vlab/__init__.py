# What a lab's tests.py imports: @test, expect, and the story of a run.
from .judge import again, expect, test  # noqa: F401
from .story import Story  # noqa: F401
