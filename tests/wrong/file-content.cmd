backprop eval "x^2" --bindings LICENSE
