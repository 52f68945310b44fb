backprop eval "dot(u, v)" --u "[1,2]" --v "[1,2,3]"
