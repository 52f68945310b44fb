backprop eval "sin² x" --x 1
