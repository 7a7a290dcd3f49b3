"""The live codec: packets of a fixed size, for conversations over lines that lose some."""
