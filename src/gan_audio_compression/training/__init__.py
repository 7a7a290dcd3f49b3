"""How the networks learn; needs torch, torchaudio, numpy, soundfile, soxr and safetensors alone."""
