"""How the sender finds the symbols: strategies behind one interface."""
