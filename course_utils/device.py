"""Which device the notebooks compute on, and how to ask for one."""

import os

CHOICES = ("auto", "cpu", "cuda", "mps")


def get_device(device=None):
    """Return the device to compute on.

    Parameters
    ----------
    device : {"auto", "cpu", "cuda", "mps"}, optional
        What to use. By default the environment variable ``COURSE_DEVICE`` decides, and ``auto`` where it is
        not set: a CUDA graphics card, then Apple's, then the processor.

    Returns
    -------
    torch.device

    Raises
    ------
    ValueError
        If the name is not one of the four, or the device it names is not there.

    Examples
    --------
    >>> get_device("cpu")
    device(type='cpu')
    """
    import torch

    wanted = (device or os.environ.get("COURSE_DEVICE") or "auto").strip().lower()
    if wanted not in CHOICES:
        raise ValueError(f"expected a device out of {', '.join(CHOICES)}, got {wanted!r}")
    there = {
        "cuda": torch.cuda.is_available(),
        "mps": torch.backends.mps.is_available(),
        "cpu": True,
    }
    if wanted == "auto":
        wanted = next(name for name in ("cuda", "mps", "cpu") if there[name])
    if not there[wanted]:
        found = ", ".join(name for name in ("cuda", "mps", "cpu") if there[name])
        raise ValueError(f"COURSE_DEVICE asks for {wanted!r}, but torch finds only: {found}")
    return torch.device(wanted)
