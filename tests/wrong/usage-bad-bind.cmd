backprop eval "x" --bind x
