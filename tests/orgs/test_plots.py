import pytest

from orgs.plots import plot, scale


@pytest.mark.parametrize(
    ("most", "axis"),
    [
        (0.5, (1, 1)),
        (4, (4, 1)),
        (10, (10, 2)),
        (14, (15, 5)),
        (99, (100, 20)),
        (4300, (5000, 1000)),
    ],
)
def test_an_axis_ends_at_a_round_number(most, axis):
    assert scale(most) == axis


def test_a_line_breaks_where_there_is_no_value():
    drawn = plot(["a", "b", "c"], [("Days", [1, None, 3])], rule=2)
    assert len(drawn.lines[0].pieces) == 2
    assert len(drawn.lines[0].dots) == 2
    assert drawn.rule is not None


def test_more_is_higher_and_later_is_further_right():
    drawn = plot(["a", "b"], [("Days", [1, 3])])
    (x, y), (later, higher) = drawn.lines[0].dots
    assert later > x
    assert higher < y


def test_nothing_at_all_can_be_drawn():
    assert plot([], []).lines == []
