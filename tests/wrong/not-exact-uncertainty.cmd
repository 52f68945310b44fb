backprop eval "x" --x "2±pi" --exact
