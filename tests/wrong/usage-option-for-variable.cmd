backprop eval "json*2" --json 3
