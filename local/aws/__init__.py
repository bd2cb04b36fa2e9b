"""AWS on loopback: the front that checks every request, our own simulators, and moto behind them."""
