backprop eval "𝑥^2" --x 1
