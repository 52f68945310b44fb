backprop eval "日本*(2+*3)" --日本 1
