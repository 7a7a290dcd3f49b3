"""Weights in half precision, for a file of half the length."""

from gan_audio_compression.codec.kinds import Model


def rounded_to_half(model: Model) -> Model:
    """Return `model` with each weight rounded to half precision, so that its file is half as long.

    It is another model, of another digest; what codes the symbols stays.

    Raises:
        ValueError: a weight is beyond the range of half precision.
    """
    rounded = type(model).from_bytes(model.to_bytes())
    for module in rounded.modules:
        for weight in module.state_dict().values():
            weight.copy_(weight.half())
            if not weight.isfinite().all():
                raise ValueError("a weight is above 65504, the end of half precision")
    return rounded
