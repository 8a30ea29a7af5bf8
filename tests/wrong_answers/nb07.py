"""Typical wrong answers to notebook 07: (exercise, answer, number of the hint, words that the message contains)."""

from collections import Counter


def spans_of_one_place(tags):
    """Every tag a name of its own."""
    return [(tag[2:], i, i + 1) for i, tag in enumerate(tags) if tag != "O"]


def spans_inclusive(tags):
    return [(tag[2:], i, i) for i, tag in enumerate(tags) if tag != "O"]


def spans_gluing_one_label(tags):
    """Forgets that B- begins."""
    found = []
    for i, tag in enumerate(tags):
        if tag == "O":
            continue
        if found and found[-1][0] == tag[2:] and found[-1][2] == i:
            found[-1] = (tag[2:], found[-1][1], i + 1)
        else:
            found.append((tag[2:], i, i + 1))
    return found


def spans_losing_the_last(tags):
    """Stores a name when its successor is seen."""
    found, begun = [], None
    for i, tag in enumerate(tags):
        if begun and (tag[0] != "I" or tag[2:] != begun[0]):
            found.append((*begun, i))
            begun = None
        if tag != "O" and not begun:
            begun = (tag[2:], i)
    return found


def spans_continued_by_any(tags):
    """Any I- continues."""
    found = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            found.append((tag[2:], i, i + 1))
        elif tag[0] == "I" and found and found[-1][2] == i:
            found[-1] = (found[-1][0], found[-1][1], i + 1)
    return found


def spans_begun_by_b_alone(tags):
    """An I- that continues nothing is left out."""
    found = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            found.append((tag[2:], i, i + 1))
        elif tag[0] == "I" and found and found[-1][2] == i and found[-1][0] == tag[2:]:
            found[-1] = (found[-1][0], found[-1][1], i + 1)
        elif tag == "I-LOC":
            found.append((tag[2:], i, i + 1))
    return found


def spans_over_an_o(tags):
    """Forgets the label of the name before at no O."""
    found, label = [], None
    for i, tag in enumerate(tags):
        if tag.startswith("I-") and tag[2:] == label:
            found[-1] = (label, found[-1][1], i + 1)
        elif tag != "O":
            found.append((tag[2:], i, i + 1))
            label = tag[2:]
    return found


def spans_with_whole_tags(tags):
    return [(tag, i, i + 1) for i, tag in enumerate(tags) if tag != "O"]


def spans_of_two_values(tags):
    return [(tag[2:], i) for i, tag in enumerate(tags) if tag != "O"]


def spans_as_places(tags):
    return [i for i, tag in enumerate(tags) if tag != "O"]


def spans_printed(tags):
    """Forgets to return."""
    [(tag[2:], i, i + 1) for i, tag in enumerate(tags) if tag != "O"]


def spans_of_the_example(tags):
    """The example's answer, whatever came."""
    return [("PER", 0, 2), ("LOC", 3, 4)]


def spans_past_the_end(tags):
    """Looks for the end of a name at the tag after it."""
    found = []
    for i, tag in enumerate(tags):
        if tag[0] == "B":
            after = i + 1
            while tags[after] == "I-" + tag[2:]:
                after += 1
            found.append((tag[2:], i, after))
    return found


def spans_eating_the_row(tags):
    """Takes the caller's list apart."""
    found = []
    while tags:
        tag = tags.pop()
        found += [(tag[2:], len(tags), len(tags) + 1)] if tag != "O" else []
    return found[::-1]


def spans_without_an_end(tags):
    """A loop that forgets to go on."""
    i = 0
    while i < len(tags):
        pass
    return []


def _pair(row, id2label):
    score, index = row.max(-1)
    return id2label[index.item()], score.item()


def average_of_the_first(rows, id2label):
    return _pair(rows[0], id2label)


def average_of_the_surest(rows, id2label):
    return _pair(rows[rows.max(-1).values.argmax()], id2label)


def average_by_votes(rows, id2label):
    winner = Counter(rows.argmax(-1).tolist()).most_common(1)[0][0]
    return id2label[winner], rows[:, winner].mean().item()


def average_of_the_best(rows, id2label):
    """The right label, the score of each piece's favourite."""
    return _pair(rows.mean(0), id2label)[0], rows.max(-1).values.mean().item()


def average_as_a_sum(rows, id2label):
    return _pair(rows.sum(0), id2label)


def average_label_alone(rows, id2label):
    return id2label[rows.mean(0).argmax().item()]


def average_with_a_tensor_as_key(rows, id2label):
    score, index = rows.mean(0).max(0)
    return id2label[index], score


def average_over_the_labels(rows, id2label):
    """The wrong dimension: one mean per piece."""
    means = rows.mean(1)
    return id2label[means.argmax().item()], means.max().item()


def average_number_for_label(rows, id2label):
    score, index = rows.mean(0).max(0)
    return index.item(), score.item()


def average_the_other_way_round(rows, id2label):
    label, score = _pair(rows.mean(0), id2label)
    return score, label


def average_by_max_alone(rows, id2label):
    """Wants two things of a call that gives one."""
    score, index = rows.mean(0).max()
    return id2label[index.item()], score.item()


def average_not_a_number(rows, id2label):
    return id2label[rows.mean(0).argmax().item()], float("nan")


def average_printed(rows, id2label):
    print(_pair(rows.mean(0), id2label))


SPANS, BUG, AVERAGE = "07-bio-spans", "07-find-the-bug", "07-average-word"
WRONG = [
    (SPANS, spans_of_one_place, 2, "belongs to the same name"),
    (SPANS, spans_inclusive, 1, "the end is the place after the last"),
    (SPANS, spans_gluing_one_label, 2, "begins a second name"),
    (SPANS, spans_losing_the_last, 3, "reaches the end of the row"),
    (SPANS, spans_continued_by_any, 4, "I-LOC cannot continue an ORG"),
    (SPANS, spans_begun_by_b_alone, 4, "let it begin a name"),
    (SPANS, spans_over_an_o, 4, "an O stands between"),
    (SPANS, spans_with_whole_tags, 1, "the tag without B- or I-"),
    (SPANS, spans_of_two_values, 1, "three values per name"),
    (SPANS, spans_as_places, 1, "expected a list of names"),
    (SPANS, spans_printed, 1, "returns nothing"),
    (SPANS, spans_of_the_example, 1, "one tag alone"),
    (SPANS, spans_past_the_end, 3, "a place that the row does not have"),
    (SPANS, spans_eating_the_row, 1, "changed the row"),
    (SPANS, spans_without_an_end, 1, "does not end"),
    (BUG, ["O", "B-LOC", "O", "B-PER", "I-PER", "O"], 3, "an O stands between each two"),
    (BUG, ["O", "B-PER", "I-PER"], 2, "both find the same name"),
    (BUG, ["O", "O"], 1, "no name in this row"),
    (BUG, [], 1, "the row is empty"),
    (BUG, "In Berlin Angela Merkel spoke.", 1, "expected a row of tags"),
    (BUG, ["In", "Berlin"], 1, "place 0 holds 'In'"),
    (BUG, ["0", "B-LOC"], 1, "place 0 holds '0'"),
    (BUG, ["B-", "I-PER"], 1, "place 0 holds 'B-'"),
    (BUG, 7, 1, "got int"),
    (AVERAGE, average_of_the_first, 1, "the first piece alone decided"),
    (AVERAGE, average_of_the_surest, 1, "the surest piece alone decided"),
    (AVERAGE, average_by_votes, 2, "the pieces voted"),
    (AVERAGE, average_of_the_best, 2, "each piece's best"),
    (AVERAGE, average_as_a_sum, 1, "a sum, not a mean"),
    (AVERAGE, average_label_alone, 3, "expected a pair"),
    (AVERAGE, average_with_a_tensor_as_key, 3, "write .item()"),
    (AVERAGE, average_over_the_labels, 1, "a mean over the labels"),
    (AVERAGE, average_number_for_label, 3, "id2label gives the name"),
    (AVERAGE, average_the_other_way_round, 3, "the other way round"),
    (AVERAGE, average_by_max_alone, 3, "max(0) gives the value and its number"),
    (AVERAGE, average_not_a_number, 3, "NaN"),
    (AVERAGE, average_printed, 3, "returns nothing"),
]


def spans_one_by_one(tags):
    """A generator of lists."""
    previous, first = None, 0
    for i, tag in enumerate([*tags, "O"]):
        label = None if tag == "O" else tag[2:]
        goes_on = label and tag[0] == "I" and label == previous
        if previous and not goes_on:
            yield [previous, first, i]
        if not goes_on:
            first = i
        previous = label


def average_as_a_list(rows, id2label):
    """In NumPy."""
    mean = rows.numpy().mean(0)
    return [id2label[int(mean.argmax())], mean.max()]


RIGHT = [
    (SPANS, spans_one_by_one),
    (BUG, ("B-LOC", "B-PER")),
    (BUG, ["B-PER", "B-PER"]),
    (BUG, ["I-PER", "I-PER", "O"]),
    (BUG, "B-LOC B-PER O"),
    (AVERAGE, average_as_a_list),
]
