"""Turn the mistakes that a model swallows silently into errors that explain themselves."""

from __future__ import annotations

from typing import Any

from course_utils.calls import StrictError, check_call, check_output, check_pair

__all__ = ["Strict", "StrictError", "strict"]


def strict(model: Any, *, tokenizer: Any = None) -> Strict:
    """Watch a model: calls that it would take without a word, and get wrong, raise ``StrictError``.

    What is caught: unknown keyword arguments; ``token_type_ids`` for an architecture without segments; padding
    without a mask, or under a mask of ones; ids outside the vocabulary; a tokenizer of another vocabulary;
    inputs of another shape, type or device; more positions than the model has; attentions asked of an
    attention implementation that returns none.

    Parameters
    ----------
    model : PreTrainedModel
        Any model of transformers; its weights and its ``forward`` are not touched.
    tokenizer : PreTrainedTokenizerBase
        Compared with the model's vocabulary at once, and asked for the id of padding.

    Returns
    -------
    Strict
        For ``with strict(model): model(...)``, or to be called in place of the model: ``strict(model)(...)``.

    Raises
    ------
    TypeError
        If ``model`` is no model of transformers.
    StrictError
        If the tokenizer has another vocabulary than the model; later, on each call that is caught.

    Examples
    --------
    >>> import torch
    >>> from transformers import BertConfig, BertModel
    >>> sizes = dict(hidden_size=4, num_hidden_layers=1, num_attention_heads=1, intermediate_size=4)
    >>> model = BertModel(BertConfig(vocab_size=9, **sizes))
    >>> ids = torch.tensor([[1, 2]])
    >>> strict(model)(input_ids=ids, attention_maks=torch.ones(1, 2))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    course_utils.calls.StrictError: BertModel takes no argument 'attention_maks' ... Did you mean 'attention_mask'?
    """
    return Strict(model, tokenizer)


class Strict:
    """A watch over one model, made by :func:`strict`; it hangs on the model only while it is entered."""

    def __init__(self, model: Any, tokenizer: Any = None):
        if not (
            callable(model)
            and hasattr(model, "config")
            and hasattr(model, "register_forward_pre_hook")
        ):
            raise TypeError(f"expected a model of transformers, got {type(model).__name__}")
        if tokenizer is not None:
            check_pair(model, tokenizer)
        self.model, self.tokenizer = model, tokenizer
        self._handles: list[tuple[Any, Any]] = []

    def __enter__(self) -> Strict:
        before = self.model.register_forward_pre_hook(self._before, with_kwargs=True, prepend=True)
        after = self.model.register_forward_hook(self._after, with_kwargs=True)
        self._handles.append((before, after))
        return self

    def __exit__(self, *error: object) -> None:
        for handle in self._handles.pop():
            handle.remove()

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        with self:
            return self.model(*args, **kwargs)

    def generate(self, *args: Any, **kwargs: Any) -> Any:
        """Generate with the watch on."""
        with self:
            return self.model.generate(*args, **kwargs)

    def _before(self, model: Any, args: tuple, kwargs: dict) -> None:
        check_call(model, args, kwargs, self.tokenizer)

    def _after(self, model: Any, args: tuple, kwargs: dict, output: Any) -> None:
        check_output(model, kwargs, output)
