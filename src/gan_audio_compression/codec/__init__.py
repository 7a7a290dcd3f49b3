"""From a waveform to the bytes of a .gac file and back."""
