backprop eval "json + 1" --json
