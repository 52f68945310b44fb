backprop eval "  # nothing here"
