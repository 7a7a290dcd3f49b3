"""Encoder and generator of the live codec: those of the sequence codec, packet by packet.

Five frames of the log mel are one latent frame (25 a second); a packet has one to three. Within a
packet every frame sees every other, and before it the encoder and the generator see what was. After
it the encoder sees as many frames of the log mel as the look-ahead says, and the generator, where a
lost packet is filled once more, the first latent frame of the next one.
"""
