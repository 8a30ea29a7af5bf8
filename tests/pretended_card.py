"""A graphics card that is not there: torch computes on the processor and keeps book of what is on the card.

Mixing tensors of two devices fails on a machine with a card and on no other. After ``install()`` it fails everywhere:
what is made on or moved to the device ``mps`` is marked, what is computed from it is marked too, and a call that gets
marked tensors together with unmarked ones raises torch's error. The numbers are the processor's, so stored outputs
must come out the same. Nothing is said of what a card computes differently, of its memory or its speed.
"""

import functools

import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.overrides import TorchFunctionMode
from torch.utils._device import _device_constructors

CARD, PROCESSOR = torch.device("mps", 0), torch.device("cpu")
CONSTRUCTORS = _device_constructors()  # the functions that make tensors on the default device
DEVICE = torch.Tensor.device.__get__
MIX = {
    "copy_",
    "set_",
    "__set__",
    "type_as",
    "_has_compatible_shallow_copy_type",
}  # may get tensors of two devices
marks = {}  # address of a storage -> weak reference to it, which keeps the address from being used again


def on_card(tensor):
    if tensor.layout != torch.strided:
        return False
    mark = marks.get(tensor.untyped_storage()._cdata)
    return mark is not None and not mark.expired()


def mark(values):
    for tensor in tensors(values):
        storage = tensor.untyped_storage()
        marks[storage._cdata] = StorageWeakRef(storage)
    if len(marks) > 300_000:
        for address in [address for address, reference in marks.items() if reference.expired()]:
            del marks[address]
    return values


def tensors(value):
    """Every tensor in nested lists, tuples and dictionaries."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple | dict):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from tensors(inner)


def named(value):
    """The device that a value names, or that a tensor is on; None where it is no device."""
    if isinstance(value, torch.Tensor):
        return CARD if on_card(value) else value.device
    try:
        return torch.device(value) if isinstance(value, str | torch.device) else None
    except RuntimeError:
        return None


class Card(TorchFunctionMode):
    """Sees every call of torch's Python interface."""

    default = None

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs, name = dict(kwargs or {}), getattr(function, "__name__", "")
        if function == DEVICE:
            return CARD if on_card(args[0]) else function(*args)
        if name in ("to", "cpu"):
            return moved(function, args, kwargs)
        where = named(kwargs.get("device"))
        if where is None and function in CONSTRUCTORS:
            where = Card.default
        on = where is not None and where.type == CARD.type
        if on:
            kwargs["device"] = PROCESSOR
        given = list(tensors((args, kwargs)))
        involved = any(map(on_card, given))
        if on:
            refuse_generator(kwargs.get("generator"))
        if involved and name not in MIX and function not in CONSTRUCTORS:
            refuse_mixture(name, args, given)
        result = function(*args, **kwargs)
        if (
            where is not None and not on and any(map(on_card, tensors(result)))
        ):  # as_tensor(marked, device="cpu")
            return result.clone()
        marked = on or (where is None and involved)
        if name == "__iter__":
            return iter(mark(list(result)) if marked else list(result))
        if name == "__repr__" and marked:
            return f"{result[:-1]}, device='{CARD}')"
        return mark(result) if marked and name != "__set__" else result


def moved(function, args, kwargs):
    """``tensor.to(...)`` and ``tensor.cpu()``: a change of device is a copy."""
    tensor, *rest = args
    targets = map(named, (*rest, *kwargs.values()))
    target = next(
        (t for t in targets if t is not None), PROCESSOR if function.__name__ == "cpu" else None
    )
    result = function(
        tensor, *map(on_processor, rest), **{key: on_processor(v) for key, v in kwargs.items()}
    )
    if target is None or target.type == "meta":
        return mark(result) if target is None and on_card(tensor) else result
    to_card = target.type == CARD.type
    if (
        to_card != on_card(tensor)
        and result.untyped_storage()._cdata == tensor.untyped_storage()._cdata
    ):
        result = result.clone()
    return mark(result) if to_card else result


def on_processor(value):
    """Put the processor where a value names the card."""
    device = None if isinstance(value, torch.Tensor) else named(value)
    return PROCESSOR if device is not None and device.type == CARD.type else value


def refuse_generator(generator):
    if generator is not None and generator.device.type != CARD.type:
        raise RuntimeError(
            f"Expected a '{CARD.type}' device type for generator but found '{generator.device.type}'"
        )


def refuse_mixture(name, args, given):
    """Refuse a call that gets ``given``, at least one of them on the card, where a card would."""
    if name in ("numpy", "__array__"):
        raise TypeError(f"can't convert {CARD} device type tensor to numpy. Use Tensor.cpu()")
    if name in ("__getitem__", "__setitem__") and on_card(
        args[0]
    ):  # an index may be on the processor
        given = [value for value in args[2:] if isinstance(value, torch.Tensor)]
    if any(
        tensor.dim() and not on_card(tensor) for tensor in given
    ):  # a number of the processor may take part
        raise RuntimeError(
            "Expected all tensors to be on the same device, but found at least two devices, "
            f"{PROCESSOR} and {CARD}, in {name}"
        )


def install():
    """Pretend, in this process and from now on, that there is a card; COURSE_DEVICE=mps then asks for it."""
    from transformers import modeling_utils

    from course_utils import embedding

    torch.backends.mps.is_available = lambda: True
    torch.set_default_device = lambda device: setattr(Card, "default", named(device))
    torch.Event = Event
    torch.compile = uncovered(torch.compile)
    embedding.embed_part = covered(embedding.embed_part)  # runs in the threads of a cluster
    # Weights are read from files to the device at hand; here they are read first and then counted as there.
    find = modeling_utils.get_torch_context_manager_or_global_device
    modeling_utils.get_torch_context_manager_or_global_device = lambda: (
        None if (found := find()) is not None and found.type == CARD.type else found
    )
    load = modeling_utils.PreTrainedModel.from_pretrained.__func__

    def from_pretrained(cls, *args, **options):
        model = load(cls, *args, **options)
        if Card.default is not None and Card.default.type == CARD.type:
            mark([*model.parameters(), *model.buffers()])
        return model

    modeling_utils.PreTrainedModel.from_pretrained = classmethod(from_pretrained)
    Card().__enter__()


class Event:
    """Generation waits for the card by events; here there is nothing to wait for."""

    def __init__(self, *args, **options):
        pass

    record = synchronize = wait = lambda self, *args: None
    query = lambda self: True  # noqa: E731


def covered(function):
    """Bring the card into a thread of its own: modes belong to a thread."""

    @functools.wraps(function)
    def run(*args, **options):
        with Card():
            return function(*args, **options)

    return run


def uncovered(compiler):
    """Compiled code is traced, and the trace must not see the pretence."""

    @functools.wraps(compiler)
    def run(*args, **options):
        compiled = compiler(*args, **options)

        def call(*inner, **named_inner):
            with torch._C.DisableTorchFunction():
                return compiled(*inner, **named_inner)

        return call

    return run
