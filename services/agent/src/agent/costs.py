"""What an answer of the model costs, by the prices that we are told: a pure rule."""

import msgspec

CACHE_WRITE = 1.25
CACHE_READ = 0.1
"""What writing to the prompt cache and reading from it costs, beside a token that just goes in."""


class Used(msgspec.Struct, frozen=True, kw_only=True):
    """The tokens of an answer: those that went in, were kept for the next time, were kept already, and came out."""

    input: int = 0
    cache_write: int = 0
    cache_read: int = 0
    output: int = 0

    @property
    def counted(self) -> int:
        """How many of them count against what may be used: those that were kept already count a tenth, as they cost."""
        return self.input + self.cache_write + round(CACHE_READ * self.cache_read) + self.output


def cost_micros(used: Used, *, input_price: float, output_price: float) -> int:
    """Tell what was used in millionths of a dollar; prices are dollars for a million tokens."""
    going_in = used.input + CACHE_WRITE * used.cache_write + CACHE_READ * used.cache_read
    return round(input_price * going_in + output_price * used.output)
