backprop eval "a @ b" --a 2 --b 3
