"""The discriminator: scales, layers and what each patch sees."""

import torch

from gan_audio_compression.networks.discriminator import Discriminator, PatchDiscriminator


def small() -> Discriminator:
    torch.manual_seed(0)
    return Discriminator(width=4, layers=2, scales=2)


@torch.no_grad()
def test_scales_and_layers() -> None:
    features = small()(torch.rand(2, 1, 128, 128))
    sizes = [[tuple(layer.shape[1:]) for layer in scale] for scale in features]
    assert sizes == [
        [(4, 65, 65), (8, 33, 33), (16, 34, 34), (1, 35, 35)],
        [(4, 33, 33), (8, 17, 17), (16, 18, 18), (1, 19, 19)],
    ]


def test_the_papers_channels_stop_at_eight_times_the_width() -> None:
    with torch.device("meta"):
        features = PatchDiscriminator(width=64, layers=5)(torch.zeros(1, 1, 256, 256))
    assert [layer.shape[1] for layer in features] == [64, 128, 256, 512, 512, 512, 1]


@torch.no_grad()
def test_a_verdict_does_not_depend_on_the_batch() -> None:
    discriminator = small().train()
    batch = torch.rand(3, 1, 128, 128)
    batch[1:] *= 50.0
    for alone, among in zip(discriminator(batch[:1]), discriminator(batch), strict=True):
        torch.testing.assert_close(among[-1][:1], alone[-1], atol=1e-5, rtol=1e-5)


@torch.no_grad()
def test_each_scale_has_its_own_weights() -> None:
    discriminator = small()
    image = torch.rand(1, 1, 64, 64)
    small_image = torch.nn.functional.avg_pool2d(image, 2)
    assert torch.equal(discriminator.scales[1](small_image)[-1], discriminator(image)[1][-1])
    assert not torch.equal(discriminator.scales[0](small_image)[-1], discriminator(image)[1][-1])
