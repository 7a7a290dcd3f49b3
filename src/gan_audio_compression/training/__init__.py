"""How the networks learn; needs torch, torchaudio, numpy, soundfile and safetensors alone."""
