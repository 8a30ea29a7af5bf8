"""What learners typically hand in for notebook 02: (exercise, attempt, hint it must name, words of the message)."""


def _pieces(word, vocabulary, *, ends, mark="##", lost=None):
    pieces = []
    while word:
        sign = mark if pieces else ""
        fitting = [end for end in ends(word) if sign + word[:end] in vocabulary]
        if not fitting:
            return [*pieces, "[UNK]"] if lost == "rest" else ["[UNK]"]
        pieces.append(sign + word[: fitting[0]])
        word = word[fitting[0] :]
    return pieces


def longest_first(word):
    return range(len(word), 0, -1)


def shortest_first(word, vocabulary):
    return _pieces(word, vocabulary, ends=lambda word: range(1, len(word) + 1))


def forgets_the_mark(word, vocabulary):
    return _pieces(word, vocabulary, ends=longest_first, mark="")


def only_the_rest_unknown(word, vocabulary):
    return _pieces(word, vocabulary, ends=longest_first, lost="rest")


def one_look_up(word, vocabulary):
    return [word] if word in vocabulary else ["[UNK]"]


def specials_as_words(text, word_ids, offsets):
    words = {}
    for word, (start, end) in zip(word_ids, offsets, strict=True):
        words[word] = (words.get(word, (start, end))[0], end)
    return [text[start:end] for start, end in words.values()]


def a_word_per_piece(text, word_ids, offsets):
    return [
        text[start:end]
        for word, (start, end) in zip(word_ids, offsets, strict=True)
        if word is not None
    ]


def lower_case(text, word_ids, offsets):
    words = {}
    for word, (start, end) in zip(word_ids, offsets, strict=True):
        if word is not None:
            words[word] = words.get(word, "") + text[start:end]
    return [word.lower() if i else word for i, word in enumerate(words.values())]


def _pad(rows, pad=0):
    longest = max(map(len, rows))
    return [row + [pad] * (longest - len(row)) for row in rows]


def no_ends(rows, max_length):
    rows = [row[:max_length] for row in rows]
    return {"input_ids": _pad(rows), "attention_mask": _pad([[1] * len(row) for row in rows])}


def cuts_the_end_off(rows, max_length):
    rows = [[101, *row, 102][:max_length] for row in rows]
    return {"input_ids": _pad(rows), "attention_mask": _pad([[1] * len(row) for row in rows])}


def leaves_rows_ragged(rows, max_length):
    rows = [[101, *row[: max_length - 2], 102] for row in rows]
    return {"input_ids": rows, "attention_mask": [[1] * len(row) for row in rows]}


def mask_from_ids(rows, max_length):
    ids = _pad([[101, *row[: max_length - 2], 102] for row in rows])
    return {"input_ids": ids, "attention_mask": [[int(i != 0) for i in row] for row in ids]}


def ids_alone(rows, max_length):
    return _pad([[101, *row[: max_length - 2], 102] for row in rows])


WRONG = [
    ("02-wordpiece", shortest_first, 1, "is one piece"),
    ("02-wordpiece", one_look_up, 2, "what follows the first piece"),
    ("02-wordpiece", forgets_the_mark, 2, "carries ##"),
    ("02-wordpiece", only_the_rest_unknown, 3, "whole word is unknown"),
    ("02-words", specials_as_words, 1, "None belongs to no word"),
    ("02-words", a_word_per_piece, 2, "several pieces"),
    ("02-words", lower_case, 3, "capitals included"),
    ("02-prepare", no_ends, 1, "begins with cls"),
    ("02-prepare", ids_alone, 1, "got list"),
    ("02-prepare", cuts_the_end_off, 2, "keeps its sep"),
    ("02-prepare", leaves_rows_ragged, 3, "equally long"),
    ("02-prepare", mask_from_ids, 4, "no padding"),
]
