"""The benchmarks: figures as medians, each beside a bound measured in the same run. `make bench` prints them."""
