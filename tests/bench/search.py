# SPDX-License-Identifier: GPL-2.0-or-later
"""The smallest number that is enough, where trying one takes a while, and longest where it is too small."""


def bracket(is_enough, start, step, least, most):
    """(one that is not enough, one that is): away from `start` by ever longer steps. `least` is not tried: it is taken not to be enough."""
    size, enough = start, is_enough(start)
    while True:
        if enough and size - step <= least:
            return least, size
        if not enough and size == most:
            return most, None
        other = size - step if enough else min(size + step, most)
        if is_enough(other) != enough:
            return (other, size) if enough else (size, other)
        size, step = other, 2 * step


def smallest(is_enough, start, step, least, most):
    """To within `step`; two tries where `start` is right. None where not even `most` is enough."""
    low, high = bracket(is_enough, start, step, least, most)
    while high and high - low > step:
        middle = low + (high - low) // 2 // step * step
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high
