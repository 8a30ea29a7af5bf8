"""What learners typically hand in for lesson 02: (exercise, attempt, hint it must name, words of the message)."""

import unicodedata

from course_utils.lessons.tokenizers.by_hand import longest


def _pieces(word, vocabulary, *, find=longest, mark="##", written=None, lost=None):
    pieces, rest = [], word
    while rest:
        sign = mark if pieces else ""
        piece = find(rest, sign, vocabulary)
        if piece is None:
            return [*pieces, "[UNK]"] if lost == "rest" else ["[UNK]"]
        pieces.append((sign if written is None else written) + piece)
        rest = rest[len(piece) :]
    return pieces


def _shortest(rest, mark, vocabulary):
    ends = range(1, len(rest) + 1)
    return next((rest[:end] for end in ends if mark + rest[:end] in vocabulary), None)


def shortest_first(word, vocabulary):
    return _pieces(word, vocabulary, find=_shortest)


def forgets_the_mark(word, vocabulary):
    return _pieces(word, vocabulary, mark="")


def looks_up_with_the_mark_but_writes_none(word, vocabulary):
    return _pieces(word, vocabulary, written="")


def writes_the_mark_but_looks_up_without(word, vocabulary):
    pieces = _pieces(word, vocabulary, mark="")
    return [piece if i == 0 or piece == "[UNK]" else "##" + piece for i, piece in enumerate(pieces)]


def fewest_pieces(word, vocabulary):
    def ways(rest, mark):
        if not rest:
            return [[]]
        ends = [e for e in range(1, len(rest) + 1) if mark + rest[:e] in vocabulary]
        return [[mark + rest[:e], *tail] for e in ends for tail in ways(rest[e:], "##")]

    return min(ways(word, ""), key=lambda pieces: (len(pieces), pieces[0]), default=["[UNK]"])


def fewest_pieces_longest_first(word, vocabulary):
    def ways(rest, mark):
        if not rest:
            return [[]]
        ends = [e for e in range(len(rest), 0, -1) if mark + rest[:e] in vocabulary]
        return [[mark + rest[:e], *tail] for e in ends for tail in ways(rest[e:], "##")]

    return min(ways(word, ""), key=len, default=["[UNK]"])


def cuts_off_the_mark_too(word, vocabulary):
    pieces, rest = [], word
    while rest:
        mark = "##" if pieces else ""
        piece = longest(rest, mark, vocabulary)
        if piece is None:
            return ["[UNK]"]
        pieces.append(mark + piece)
        rest = rest[len(mark + piece) :]
    return pieces


def replaces_the_piece(word, vocabulary):
    pieces, rest = [], word
    while rest:
        mark = "##" if pieces else ""
        piece = longest(rest, mark, vocabulary)
        if piece is None:
            return ["[UNK]"]
        pieces.append(mark + piece)
        rest = rest.replace(piece, "")
    return pieces


def returns_nothing(word, vocabulary):
    _pieces(word, vocabulary)


def only_the_rest_unknown(word, vocabulary):
    return _pieces(word, vocabulary, lost="rest")


def does_not_test_for_none(word, vocabulary):
    pieces, rest = [], word
    while rest:
        mark = "##" if pieces else ""
        piece = longest(rest, mark, vocabulary)
        pieces.append(mark + piece)
        rest = rest[len(piece) :]
    return pieces


def never_shortens_the_rest(word, vocabulary):
    pieces, rest = [], word
    while rest:
        pieces.append(longest(rest, "", vocabulary))
        if len(pieces) > 100:
            pieces = pieces[:1]
    return pieces


def one_look_up(word, vocabulary):
    return [word] if word in vocabulary else ["[UNK]"]


def unknown_as_a_text(word, vocabulary):
    pieces = _pieces(word, vocabulary)
    return "[UNK]" if pieces == ["[UNK]"] else pieces


def one_text(word, vocabulary):
    return " ".join(_pieces(word, vocabulary))


def _named(text, *, pad=" ", symbol=lambda char: unicodedata.category(char) == "So"):
    parts = (pad + unicodedata.name(c, "").lower() + pad if symbol(c) else c for c in text)
    return "".join(parts)


def names_that_stick(text):
    return _named(text, pad="")


def names_every_character(text):
    return _named(text, symbol=lambda char: not char.isspace())


def names_all_but_ascii(text):
    return _named(text, symbol=lambda char: ord(char) > 127)


def names_all_symbols(text):
    return _named(text, symbol=lambda char: unicodedata.category(char).startswith("S"))


def returns_in_the_loop(text):
    for char in text:
        return _named(char)


def space_only_before(text):
    return "".join(
        " " + unicodedata.name(c).lower() if unicodedata.category(c) == "So" else c for c in text
    )


def joins_with_spaces(text):
    return " ".join(_named(char, pad="") for char in text)


def spells_and_returns_nothing(text):
    _named(text)


def drops_the_symbols(text):
    return "".join(char for char in text if unicodedata.category(char) != "So")


def knows_one_face(text):
    return text.replace("😀", " grinning face ")


def changes_nothing(text):
    return text + ""


def gives_the_parts(text):
    return [_named(char) for char in text]


def keeps_the_names_alone(text):
    return " ".join(
        unicodedata.name(char).lower() for char in text if unicodedata.category(char) == "So"
    )


WRONG = [
    ("02-wordpiece", shortest_first, 1, "do not cut it"),
    ("02-wordpiece", fewest_pieces, 1, "the longest beginning wins"),
    ("02-wordpiece", fewest_pieces_longest_first, 1, "even where this gives more pieces"),
    ("02-wordpiece", cuts_off_the_mark_too, 1, "what is cut off"),
    ("02-wordpiece", replaces_the_piece, 1, "what is cut off"),
    ("02-wordpiece", returns_nothing, 4, "returns nothing"),
    ("02-wordpiece", never_shortens_the_rest, 1, "a loop does not end"),
    ("02-wordpiece", one_look_up, 2, "every piece after the first"),
    ("02-wordpiece", forgets_the_mark, 2, "every piece after the first"),
    ("02-wordpiece", looks_up_with_the_mark_but_writes_none, 2, "every piece after the first"),
    ("02-wordpiece", writes_the_mark_but_looks_up_without, 2, "look up the rest with its mark"),
    ("02-wordpiece", one_text, 2, "expected a list of pieces"),
    ("02-wordpiece", unknown_as_a_text, 3, "expected a list of pieces"),
    ("02-wordpiece", only_the_rest_unknown, 3, "for the whole word"),
    ("02-wordpiece", does_not_test_for_none, 3, "longest returned None"),
    ("02-spell-out", changes_nothing, 1, "not replaced by its name"),
    ("02-spell-out", drops_the_symbols, 1, "the same again"),
    ("02-spell-out", knows_one_face, 1, "every symbol"),
    ("02-spell-out", names_every_character, 1, "a letter got a name"),
    ("02-spell-out", names_all_but_ascii, 1, "a letter got a name"),
    ("02-spell-out", names_all_symbols, 1, 'only "So" gets a name'),
    ("02-spell-out", returns_in_the_loop, 3, "below the loop"),
    ("02-spell-out", names_that_stick, 2, "sticks to the word"),
    ("02-spell-out", space_only_before, 2, "sticks to the word"),
    ("02-spell-out", joins_with_spaces, 3, "the letters stand apart"),
    ("02-spell-out", spells_and_returns_nothing, 4, "returns nothing"),
    ("02-spell-out", gives_the_parts, 3, "join them"),
    ("02-spell-out", keeps_the_names_alone, 3, "the rest of the text is gone"),
]
