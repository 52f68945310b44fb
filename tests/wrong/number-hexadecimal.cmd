backprop eval "0x1F"
