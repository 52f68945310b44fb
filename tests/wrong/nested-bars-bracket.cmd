backprop eval "|a|(b)|c|" --a 1 --b 2 --c 3
